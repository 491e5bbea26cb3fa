import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../log.ts';
import { createSystemdNotifier } from './notify-systemd.ts';

/** A folder with a `systemd-notify` that writes its arguments and the socket to a file. */
async function notifier(): Promise<{ readonly path: string; readonly said: () => Promise<string> }> {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-notify-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const program = join(folder, 'systemd-notify');
  await writeFile(program, `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> ${folder}/said\n`);
  await chmod(program, 0o755);
  return {
    path: `${folder}:/usr/bin:/bin`,
    said: () => readFile(join(folder, 'said'), 'utf8').catch(() => ''),
  };
}

test('a unit is ready once, however often the program says so', async () => {
  const { path, said } = await notifier();
  const notify = createSystemdNotifier(
    { NOTIFY_SOCKET: '/run/systemd/notify', PATH: path },
    createLog('test', 'silent'),
  );
  notify.ready('Envoy is LIVE');
  notify.ready('again');
  await expect.poll(said).toBe('/run/systemd/notify --ready --status=Envoy is LIVE\n');
});

test.each([{}, { NOTIFY_SOCKET: '' }])('without systemd, no program is started: %j', async (env) => {
  const { path, said } = await notifier();
  const log = createLog('test', 'silent');
  createSystemdNotifier({ ...env, PATH: path }, log).ready('without systemd');
  // By the end of this later program, one that was started before it has written its line.
  createSystemdNotifier({ NOTIFY_SOCKET: '/run/later', PATH: path }, log).ready('later');
  await expect.poll(said).toContain('/run/later');
  expect(await said()).not.toContain('without systemd');
});
