import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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

test('the process id is that of the program itself', async () => {
  const envoy = await startEnvoy({ ...quiet, binary: 'sleep', args: ['1000'] });
  await expect.poll(() => readFileSync(`/proc/${envoy.pid}/comm`, 'utf8')).toBe('sleep\n');
  expect(await envoy.stop()).toEqual({ code: null, signal: 'SIGTERM' });
});

test('the process may open as many files as the hard limit allows, also if the soft one of the agent was lower', async () => {
  // Docker and ECS start programs with a soft limit of 1024.
  const { pid } = await startParent('ulimit -Sn 512; exec "$@"');
  await expect.poll(() => readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('sleep\n');
  expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/^Max open files +(\d+) +\1 /m);
});

test('the process ends with the agent, even if the agent is killed', async () => {
  const { parent, pid } = await startParent('exec "$@"');
  await expect.poll(() => readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('sleep\n');
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await expect.poll(() => isRunning(pid)).toBe(false);
});

test('an agent that is killed before --pdeathsig is set leaves no process behind', async () => {
  // The expected parent is not the actual one, as if the agent had died first.
  const child = spawn('setpriv', boundTo(1, ['echo', 'started']), { stdio: ['ignore', 'pipe', 'inherit'] });
  const output = child.stdout.toArray();
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(await output).toEqual([]);
});

test('the process cannot gain privileges, and leaves no core file', async () => {
  const envoy = await startEnvoy({ ...quiet, binary: 'sleep', args: ['1000'] });
  await expect.poll(() => readFileSync(`/proc/${envoy.pid}/comm`, 'utf8')).toBe('sleep\n');
  expect(readFileSync(`/proc/${envoy.pid}/status`, 'utf8')).toMatch(/^NoNewPrivs:\t1$/m);
  expect(readFileSync(`/proc/${envoy.pid}/limits`, 'utf8')).toMatch(/^Max core file size +0 +0 /m);
  await envoy.stop();
});

test('without a shell, as in the slim image, the process has the same bounds', async () => {
  const child = spawn(
    'setpriv',
    boundTo(process.pid, ['cat', '/proc/self/status', '/proc/self/limits'], false),
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const output = Buffer.concat((await child.stdout.toArray()) as Buffer[]).toString();
  expect(output).toMatch(/^NoNewPrivs:\t1$/m);
  expect(output).toMatch(/^Max core file size +0 +0 /m);
});

test('if setpriv is missing, the error names the package to install', async () => {
  const start = startEnvoy({ ...quiet, env: { PATH: '/nowhere' }, binary: 'sh', args: [] });
  await expect(start).rejects.toThrow('setpriv was not found: install util-linux');
});

test('if setpriv is there and cannot be started, the error says so; it said that setpriv was not found', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-path-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'setpriv'), '', { mode: 0o644 });
  const start = startEnvoy({ ...quiet, env: { PATH: folder }, binary: 'sh', args: [] });
  await expect(start).rejects.toThrow('setpriv cannot be started (spawn setpriv EACCES)');
});

/** Starts a parent of a process, by a shell that runs `script` with the parent's command as arguments. Ends both after the test. */
async function startParent(script: string) {
  const command = [process.execPath, join(import.meta.dirname, '../../testing/parent.ts')];
  const parent = spawn('sh', ['-c', script, 'sh', ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  onTestFinished(() => {
    if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  });
  return { parent, pid };
}

/** A zombie still has its process id but does not run. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
