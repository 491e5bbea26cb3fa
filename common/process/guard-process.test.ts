import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Prints its child's core dump filter, then exits with 7 after SIGUSR1. */
const PROGRAM = `
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { guardProcess } from ${JSON.stringify(join(import.meta.dirname, 'guard-process.ts'))};
guardProcess();
process.on('SIGUSR1', () => setTimeout(() => process.exit(7), 100));
console.log(readFileSync('/proc/self/coredump_filter', 'utf8').trim());
console.log(execFileSync('cat', ['/proc/self/coredump_filter']).toString().trim());
setInterval(() => undefined, 1000);
`;

test('core files of the process and its children contain no memory, and SIGUSR1 opens no debugger', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [said, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  await expect.poll(() => said).toBe('00000000\n00000000\n');
  child.kill('SIGUSR1');
  expect(await once(child, 'exit')).toEqual([7, null]);
  expect(errors).toBe('');
});
