import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

// The command line of `daybreak proxyinit`. The tests in proxyinit/ check the effect of the rules.

const DAYBREAK = join(import.meta.dirname, '../main.ts');

async function proxyinit(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [DAYBREAK, 'proxyinit', ...args], {
    reject: false,
    extendEnv: false,
    env: { PATH: process.env['PATH'], ...env },
  });
  return { exitCode, stdout, stderr };
}

test('proxyinit receives flags of every kind', async () => {
  const flags = [
    '--app-ports',
    '8080,9000:9010',
    '--ignore-uid',
    '1,2',
    '--enable-ipv6',
    '--wait=5',
    '--drop-invalid',
    '--no-guard',
  ];
  const { exitCode, stdout } = await proxyinit(['apply', '--dry-run', ...flags], {
    APPMESH_APP_PORTS: 'not read',
    DAYBREAK_GUARD: '1',
    APPMESH_EGRESS_IGNORED_PORTS: '3306',
  });
  expect(exitCode).toBe(0);
  for (const part of [
    '--noflush --wait=5\n',
    'ip6tables-restore',
    '--dports 8080,9000:9010',
    '--uid-owner 2',
    '--dports 3306',
    'INVALID',
  ]) {
    expect(stdout).toContain(part);
  }
  expect(stdout).not.toContain('GUARD');
});

test.each([
  [1, ['--app-ports', 'http'], '--app-ports="http": '],
  [1, ['--proxy-configuration', '{"type":"X"}'], '--proxy-configuration="{\\"type'],
  [2, ['restart'], "value 'restart' is invalid for argument 'command'"],
  [2, ['--app-port', '80'], "unknown option '--app-port'"],
  [2, ['status', '--dry-run'], '--dry-run goes with apply, detach and remove'],
])('exit code %d: %j', async (exitCode, args, message) => {
  expect(await proxyinit(args)).toMatchObject({ exitCode, stderr: expect.stringContaining(message) });
});
