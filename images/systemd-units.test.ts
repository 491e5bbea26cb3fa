import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { exitCodeOf } from '../agent/endings/end-cause.ts';
import { bootstrapRefused, envoyMissing } from '../agent/errors.ts';

const FOLDER = join(import.meta.dirname, 'systemd');
const units = (await readdir(FOLDER)).filter((name) => name.endsWith('.service'));

/** Where systemd is installed, it reads the units too. */
const ANALYZE = ['/usr/bin/systemd-analyze', '/bin/systemd-analyze'].find((path) => existsSync(path));

test('there are three units', () => {
  expect(units).toEqual([
    'daybreak-agent.service',
    'daybreak-controlplane.service',
    'daybreak-proxyinit.service',
  ]);
});

/** The exposure that systemd may find, of 10. */
const MOST_EXPOSED: Readonly<Record<string, number>> = {
  'daybreak-agent.service': 3,
  'daybreak-controlplane.service': 3,
  'daybreak-proxyinit.service': 4.5,
};

test.runIf(ANALYZE !== undefined).each(units)('systemd finds %s hardened enough', async (unit) => {
  const args = ['security', '--offline=true', '--no-pager', join(FOLDER, unit)];
  const { stdout } = await execa(ANALYZE ?? '', args);
  const [, exposure] = /Overall exposure level for \S+: (\d+\.\d+)/.exec(stdout) ?? [];
  expect(Number(exposure)).toBeLessThanOrEqual(MOST_EXPOSED[unit] ?? 0);
});

test('the agent and the control plane tell systemd when they are ready, and a start has no limit', async () => {
  for (const unit of ['daybreak-agent.service', 'daybreak-controlplane.service']) {
    const text = await readFile(join(FOLDER, unit), 'utf8');
    for (const line of ['Type=notify', 'NotifyAccess=all', 'TimeoutStartSec=infinity'])
      expect(text).toContain(`\n${line}\n`);
  }
});

test.each(
  units,
)('%s has a /tmp of its own, and no part of it is there that others look for', async (unit) => {
  const lines = (await readFile(join(FOLDER, unit), 'utf8')).split('\n');
  expect(lines.filter((line) => line.startsWith('PrivateTmp='))).toEqual(['PrivateTmp=yes']);
  expect(lines.filter((line) => !line.startsWith('#') && line.includes('/tmp/'))).toEqual([]);
});

test('systemd does not start an agent again that ended for a cause that a restart does not change', async () => {
  const unit = await readFile(join(FOLDER, 'daybreak-agent.service'), 'utf8');
  const permanent = [
    exitCodeOf({ kind: 'configuration-refused', words: '' }),
    exitCodeOf({ kind: 'cannot-execute', why: '' }),
    envoyMissing([]).exitCode,
    bootstrapRefused([], '').exitCode,
  ];
  const prevented = /^RestartPreventExitStatus=(.*)$/m.exec(unit)?.[1]?.split(' ').map(Number);
  expect(new Set(prevented)).toEqual(new Set(permanent));
});

test.runIf(ANALYZE !== undefined).each(units)('systemd finds no fault in %s', async (unit) => {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-units-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  // The programs are not installed here.
  const text = (await readFile(join(FOLDER, unit), 'utf8')).replaceAll(
    /\/usr\/bin\/(agent|daybreak)/g,
    '/bin/true',
  );
  await writeFile(join(folder, unit), text);
  const { exitCode, all } = await execa(ANALYZE ?? '', ['verify', '--man=no', join(folder, unit)], {
    all: true,
    reject: false,
    env: { SYSTEMD_LOG_LEVEL: 'warning' },
  });
  expect({ exitCode, said: all.split('\n').filter((line) => line.includes(unit)) }).toEqual({
    exitCode: 0,
    said: [],
  });
});
