import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { startEnvoy } from '../supervisor/envoy-process/envoy-process.ts';
import { adoptedEnvoy, endProcess } from './adopted-envoy.ts';
import { guardedIn, startGuard } from './guard.ts';
import { isRunning, startOf } from './process-start.ts';

// A program in place of Envoy, which outlives its parent in place of the agent.

const PATIENT = { timeout: 120_000 };

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'daybreak-guard-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a parent and its program. Resolves when the guard is there. */
async function start(seconds: number, ...program: readonly string[]) {
  const words = [join(import.meta.dirname, '../testing/keeping-parent.ts'), folder, `${seconds}`, ...program];
  const parent = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  const it = { pid, start: startOf(pid) ?? '' };
  onTestFinished(() => {
    if (isRunning(it)) process.kill(pid, 'SIGKILL');
  });
  await expect.poll(() => guardedIn(folder), PATIENT).toMatchObject([it]);
  return { parent, it };
}

test.each([
  ['ends', (parent: ReturnType<typeof spawn>) => parent.stdin?.end()],
  ['is killed', (parent: ReturnType<typeof spawn>) => parent.kill('SIGKILL')],
])('the program goes on when its parent %s, until its time is over', PATIENT, async (_, end) => {
  const { parent, it } = await start(8, 'sleep', '1000');
  const ended = once(parent, 'exit');
  end(parent);
  await ended;
  expect(isRunning(it)).toBe(true);
  await expect.poll(() => isRunning(it), PATIENT).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});

/** Makes a file of shared memory that belongs to the folder. Returns its path. */
function makeMemory(id: number): string {
  const memory = `/dev/shm/envoy_shared_memory_${id}0`;
  writeFileSync(join(folder, 'base-id'), `${id}`);
  writeFileSync(memory, '');
  onTestFinished(() => rmSync(memory, { force: true }));
  return memory;
}

test('a program that ignores SIGTERM is killed, and its shared memory is removed', PATIENT, async () => {
  const memory = makeMemory(4_000_000_000 + process.pid);
  const { parent, it } = await start(1, 'sh', '-c', 'trap "" TERM; while :; do sleep 1; done');
  parent.kill('SIGKILL');
  await expect.poll(() => isRunning(it), PATIENT).toBe(false);
  await expect.poll(() => existsSync(memory), PATIENT).toBe(false);
});

test('when the folder is removed, the program ends before its time', PATIENT, async () => {
  const { parent, it } = await start(3600, 'sleep', '1000');
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  rmSync(folder, { recursive: true });
  await expect.poll(() => isRunning(it), PATIENT).toBe(false);
});

test(
  'an agent that takes the program from its guard decides on it, and gives it another guard',
  PATIENT,
  async () => {
    const { parent, it } = await start(8, 'sleep', '1000');
    const guard = startGuard(it.pid, { folder, seconds: 3600 });
    await expect.poll(() => guardedIn(folder).length, PATIENT).toBe(2);
    // From here on, the first guard waits for eight seconds.
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    const [first] = guardedIn(folder);
    const [second] = guardedIn(folder).filter(({ path }) => path !== first?.path);
    const own = [first, second].find((each) => each?.path.endsWith(`.${guard.pid}`));
    const old = [first, second].find((each) => each !== own);
    expect(old?.take()).toBe(true);
    expect(old?.take()).toBe(false);
    await delay(10_000);
    const adopted = adoptedEnvoy(it, guard);
    expect(isRunning(it)).toBe(true);
    expect(await adopted.stop()).toEqual({ code: null, signal: null });
    // Its guard ends, too.
    await expect.poll(() => readdirSync(folder), PATIENT).toEqual([]);
  },
);

test(
  'the shared memory of two programs goes with the last one: the guard of an Envoy that was replaced took it from the next',
  PATIENT,
  async () => {
    const memory = makeMemory(5_000_000_000 + process.pid);
    const replaced = await start(3600, 'sleep', '1000');
    const command = { env: process.env, stdoutFd: 1, stderrFd: 2, binary: 'sleep', args: ['1000'] };
    const next = await startEnvoy({ ...command, keep: { folder, seconds: 3600 } });
    await expect.poll(() => guardedIn(folder).length, PATIENT).toBe(2);
    replaced.parent.kill('SIGKILL');
    await endProcess(replaced.it);
    await expect.poll(() => guardedIn(folder).map(({ pid }) => pid), PATIENT).toEqual([next.pid]);
    await delay(2000);
    expect(existsSync(memory)).toBe(true);
    await next.stop();
  },
);

test('a program that ends while its agent runs leaves no guard', PATIENT, async () => {
  const keep = { folder, seconds: 3600 };
  const common = { env: process.env, stdoutFd: 1, stderrFd: 2, keep };
  const short = await startEnvoy({ ...common, binary: 'sh', args: ['-c', 'exit 7'] });
  expect(await short.exited).toEqual({ code: 7, signal: null });
  const long = await startEnvoy({ ...common, binary: 'sleep', args: ['1000'] });
  await expect.poll(() => guardedIn(folder).map(({ pid }) => pid), PATIENT).toContain(long.pid);
  expect(await long.stop()).toEqual({ code: null, signal: 'SIGTERM' });
  await expect.poll(() => readdirSync(folder), PATIENT).toEqual([]);
});

test('another process with the same id is left alone', async () => {
  const other = { pid: process.pid, start: '1' };
  await endProcess(other);
  expect(existsSync(`/proc/${process.pid}`)).toBe(true);
});
