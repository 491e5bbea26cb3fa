import { expect, test } from 'vitest';
import { createLog } from '../../../common/log.ts';
import { UNREACHABLE, type Health } from '../../health.ts';
import type { EnvoyProcess, Exit } from '../envoy-process/envoy-process.ts';
import { createSupervisor } from '../supervisor.ts';

const LIVE: Health = { lifecycle: 'LIVE', initialConfig: undefined, isSilent: false };
const INITIALIZING: Health = { ...UNREACHABLE, lifecycle: 'INITIALIZING', isSilent: false };

/** A supervisor of Envoys that only end when they are told to. The first and third become LIVE, and the second does not. */
function startSupervisor({ restarts = 0, refused = (_start: number): boolean => false } = {}) {
  const stop = new AbortController();
  const ends: ((exit: Exit) => void)[] = [];
  const health = [LIVE, INITIALIZING, LIVE];
  let starts = 0;
  async function start(): Promise<EnvoyProcess> {
    starts += 1;
    if (refused(starts)) throw new Error('spawn setpriv EAGAIN');
    const { promise, resolve } = Promise.withResolvers<Exit>();
    ends.push(resolve);
    const end = () => {
      resolve({ code: 0, signal: null });
      return promise;
    };
    return { pid: ends.length, exited: promise, stop: end };
  }
  const subject = createSupervisor({
    start,
    watch: async (_, report) => report(health[ends.length - 1] ?? LIVE),
    isLive: async () => health[ends.length - 1] === LIVE,
    drain: async () => ({ how: 'no traffic left' }),
    restarts,
    handOverMs: 50,
    stop: { drain: stop.signal, cutShort: stop.signal },
    log: createLog('test', 'silent'),
  });
  return { subject, start, end: (index: number) => ends[index]?.({ code: 1, signal: null }), stop };
}

test('a restart whose Envoy does not become LIVE in time fails, and the Envoy before it is started again', async () => {
  const { subject, start, stop } = startSupervisor();
  const running = subject.run();
  await expect.poll(() => subject.state()).toMatchObject({ kind: 'running', pid: 1 });
  const replaced = subject.replace({ how: 'restart', start });
  expect(await replaced).toEqual({ kind: 'failed', failure: { kind: 'not live in time' } });
  await expect.poll(() => subject.state()).toMatchObject({ kind: 'running', pid: 3 });
  expect(subject.restarts().left).toBe(0);
  stop.abort();
  expect(await running).toEqual({ kind: 'told' });
});

test.each([
  0, 1, 2, 3, 4, 5,
])('a replacement that is asked for %d microtasks after the end of Envoy gets an answer', async (count) => {
  const { subject, start, end, stop } = startSupervisor();
  const running = subject.run();
  await expect.poll(() => subject.state()).toMatchObject({ kind: 'running' });
  end(0);
  for (let index = 0; index < count; index += 1) await Promise.resolve();
  expect(['not now', 'failed']).toContain((await subject.replace({ how: 'restart', start })).kind);
  stop.abort();
  expect(['told', 'crash-loop']).toContain((await running).kind);
});

test('a restart does not wait for an Envoy that does not become LIVE, and takes no restart of the budget', async () => {
  const { subject, start, stop } = startSupervisor();
  const running = subject.run();
  await expect.poll(() => subject.state()).toMatchObject({ kind: 'running', pid: 1 });
  const late = subject.replace({ how: 'restart', start });
  await expect.poll(() => subject.state()).toMatchObject({ kind: 'starting', pid: 2 });
  expect(subject.isReplaceable('hot restart')).toBe(false);
  expect(await subject.replace({ how: 'restart', start })).toMatchObject({ kind: 'live', epoch: 0 });
  expect(await late).toMatchObject({ kind: 'failed' });
  expect(subject.state()).toMatchObject({ kind: 'running', pid: 3 });
  expect(subject.restarts()).toMatchObject({ made: 0, left: 0 });
  stop.abort();
  expect(await running).toEqual({ kind: 'told' });
});

test('a restart during the back-off starts the other Envoy at once', async () => {
  const { subject, start, end, stop } = startSupervisor({ restarts: 3 });
  const running = subject.run();
  await expect.poll(() => subject.state()).toMatchObject({ kind: 'running', pid: 1 });
  end(0);
  await expect.poll(() => subject.state().kind).toBe('backing-off');
  let isStarted = false;
  const replaced = subject.replace({
    how: 'restart',
    start: () => start().finally(() => (isStarted = true)),
  });
  // The second one does not become LIVE.
  expect(await replaced).toEqual({ kind: 'failed', failure: { kind: 'not live in time' } });
  expect(isStarted).toBe(true);
  await expect.poll(() => subject.state()).toMatchObject({ kind: 'running', pid: 3 });
  expect(subject.restarts()).toMatchObject({ made: 0 });
  stop.abort();
  expect(await running).toEqual({ kind: 'told' });
});

test('a restart for which the machine has no process is tried again; it ended the agent', async () => {
  const { subject, end, stop } = startSupervisor({ restarts: 3, refused: (start) => start === 2 });
  const running = subject.run();
  await expect.poll(() => subject.state()).toMatchObject({ kind: 'running', pid: 1 });
  end(0);
  await expect
    .poll(() => subject.lastEnd())
    .toMatchObject({
      cause: { kind: 'cannot-start', why: 'spawn setpriv EAGAIN' },
    });
  await expect.poll(() => subject.state()).toMatchObject({ kind: 'starting', pid: 2 });
  expect(subject.restarts()).toMatchObject({ made: 2, left: 1 });
  stop.abort();
  expect(await running).toEqual({ kind: 'told' });
});

test('restarts for which the machine has no process use up the budget', async () => {
  const { subject, end } = startSupervisor({ restarts: 2, refused: (start) => start > 1 });
  const running = subject.run();
  await expect.poll(() => subject.state()).toMatchObject({ kind: 'running', pid: 1 });
  end(0);
  expect(await running).toMatchObject({ kind: 'crash-loop', exit: { cause: { kind: 'cannot-start' } } });
});

test('the supervisor rejects if the machine has no process for the first Envoy', async () => {
  const { subject } = startSupervisor({ restarts: 3, refused: () => true });
  await expect(subject.run()).rejects.toThrow('spawn setpriv EAGAIN');
});
