import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { ProxyinitCommand } from './commands.ts';
import { runProxyinit } from './main.ts';

const BAD = { APPMESH_APP_PORTS: 'http', APPMESH_IGNORE_UID: 'envoy', PATH: '/nowhere' };

test.each([true, false])('stderr lists all invalid settings, dry run %s', async (dryRun) => {
  const { code, stdout, stderr } = await run('apply', BAD, dryRun);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.match(/^APPMESH_\w+="\w+": /gm)).toEqual([
    'APPMESH_IGNORE_UID="envoy": ',
    'APPMESH_APP_PORTS="http": ',
  ]);
});

test.each([
  'status',
  'verify',
] as const)('%s changes nothing, so there is no dry run of it', async (command) => {
  expect(await run(command, {}, true)).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^--dry-run goes with apply, detach and remove/),
  });
});

async function run(command: ProxyinitCommand, env: Record<string, string>, dryRun: boolean) {
  const out: string[] = [];
  const err: string[] = [];
  const into = (lines: string[]) => ({ write: (text: string) => lines.push(text) });
  const io = { env, stdin: Readable.from([]), stdout: into(out), stderr: into(err) };
  const code = await runProxyinit({ command, dryRun, flags: {} }, io);
  return { code, stdout: out.join(''), stderr: err.join('') };
}
