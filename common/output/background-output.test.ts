import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const PROGRAM = join(import.meta.dirname, 'testing/log-much.ts');

test.each([
  // Node gives a child socket pairs.
  ['a socket', [process.execPath, PROGRAM]],
  ['a pipe', ['bash', '-c', `exec '${process.execPath}' '${PROGRAM}' 2> >(read -r -u 3; exec cat >&4)`]],
])('a process whose log goes to %s that is not read goes on, and says later how much was dropped', async (_, [
  file = '',
  ...args
]) => {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'] });
  // Bash or the program may have ended when the rest is read or written.
  for (const each of child.stdio) each?.on('error', () => undefined);
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await expect.poll(() => said).toBe('alive with losses\n');
  let logged = '';
  for (const output of [child.stdio[2], child.stdio[4]])
    output?.on('data', (chunk: Buffer) => (logged += chunk.toString()));
  (child.stdio[3] as NodeJS.WritableStream).write('go\n');
  await expect.poll(() => logged).toContain('OUTPUT_DROPPED');
  expect(logged).toContain('"msg":"line 0"');
  child.stdin?.end();
  await expect.poll(() => logged).toContain('the last line');
});
