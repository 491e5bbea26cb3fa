import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { boundTo, describeExit, startEnvoy } from './envoy-process.ts';

const quiet = { env: process.env, stdoutFd: 1, stderrFd: 2 };

test.each([
  ['exit 7', { code: 7, signal: null }, 'ended with code 7'],
  ['kill -SEGV $$', { code: null, signal: 'SIGSEGV' }, 'was killed by SIGSEGV'],
] as const)('%s', async (script, exit, words) => {
  const { exited } = await startEnvoy({ ...quiet, binary: 'sh', args: ['-c', script] });
  expect(await exited).toEqual(exit);
  expect(describeExit(exit)).toBe(words);
});

test('its process id is that of the program itself', async () => {
  const envoy = await startEnvoy({ ...quiet, binary: 'sleep', args: ['1000'] });
  await expect.poll(() => readFileSync(`/proc/${envoy.pid}/comm`, 'utf8')).toBe('sleep\n');
  expect(await envoy.stop()).toEqual({ code: null, signal: 'SIGTERM' });
});

test('it ends with the agent, even one that is killed', async () => {
  const parent = spawn(process.execPath, [join(import.meta.dirname, '../testing/parent.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  onTestFinished(() => {
    if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  });
  await expect.poll(() => readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('sleep\n');
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await expect.poll(() => isRunning(pid)).toBe(false);
});

test('an agent that is killed before the kernel knows of it leaves none behind', async () => {
  // Another process than the one that starts it: as it is when the agent died first.
  const child = spawn('setpriv', boundTo(1, ['echo', 'started']), { stdio: ['ignore', 'pipe', 'inherit'] });
  const output = child.stdout.toArray();
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(await output).toEqual([]);
});

test('it can gain no privileges, and leaves no core file', async () => {
  const envoy = await startEnvoy({ ...quiet, binary: 'sleep', args: ['1000'] });
  await expect.poll(() => readFileSync(`/proc/${envoy.pid}/comm`, 'utf8')).toBe('sleep\n');
  expect(readFileSync(`/proc/${envoy.pid}/status`, 'utf8')).toMatch(/^NoNewPrivs:\t1$/m);
  expect(readFileSync(`/proc/${envoy.pid}/limits`, 'utf8')).toMatch(/^Max core file size +0 +0 /m);
  await envoy.stop();
});

test('without setpriv it says what to install', async () => {
  const start = startEnvoy({ ...quiet, env: { PATH: '/nowhere' }, binary: 'sh', args: [] });
  await expect(start).rejects.toThrow('setpriv was not found: install util-linux');
});

/** A zombie is not running, though it still has its process id. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
