import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../common/log.ts';
import { request } from '../../test/lab/clients/http.ts';
import { until } from '../../test/lab/until.ts';
import { createAdminClient } from '../admin/admin-client.ts';
import { drain } from '../drain/drain.ts';
import { isLive, watchHealth, type Health } from '../health.ts';
import { startEnvoy } from './envoy-process/envoy-process.ts';
import { createSupervisor } from './supervisor.ts';
import type { SupervisorOptions } from './supervisor-options.ts';

const PROGRAM = join(import.meta.dirname, '../testing/little-envoy.ts');

/** For an Envoy that hangs, or does not end by SIGTERM. */
const STOPPED_SOON = { stopLimitMs: 300 };
const SOON = { ...STOPPED_SOON, hangMs: 6000 };

type Extra = {
  /** A real Envoy. */
  readonly envoy?: string;
  /** How long it has between SIGTERM and SIGKILL, in milliseconds. Default: long enough to note its end. */
  readonly stopLimitMs?: number;
  readonly onLook?: (health: Health) => void;
};

/** Creates a supervisor of the little Envoy, run with `args`, or of a real Envoy, and the two signals that stop it. */
async function supervisor(
  args: readonly string[],
  { envoy, onLook, stopLimitMs = 60_000, ...options }: Partial<SupervisorOptions> & Extra = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'supervisor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const socketPath = join(folder, 'admin');
  const toDrain = new AbortController();
  const toCutShort = new AbortController();
  const journal = join(folder, 'journal');
  const admin = createAdminClient(socketPath);
  const subject = createSupervisor({
    start: () =>
      startEnvoy({
        ...(envoy === undefined
          ? {
              binary: process.execPath,
              args: [PROGRAM, '--admin', socketPath, '--journal', journal, ...args],
            }
          : { binary: envoy, args: realArgs(socketPath) }),
        env: process.env,
        stdoutFd: 1,
        stderrFd: 2,
        stopLimitMs,
      }),
    watch: (signal, report) =>
      watchHealth(admin, 2000, signal, (health) => {
        onLook?.(health);
        report(health);
      }),
    isLive: () => isLive(admin),
    drain: (cut) => drain(admin, 20_000, cut),
    restarts: 3,
    stop: { drain: toDrain.signal, cutShort: toCutShort.signal },
    log: createLog('test', 'silent'),
    ...options,
  });
  return {
    ...subject,
    socketPath,
    ask: (path: string, method = 'GET') => request(`http://envoy${path}`, { method, socketPath }),
    drain: () => toDrain.abort(),
    cutShort: () => toCutShort.abort(),
    journal: () => readFileSync(journal, 'utf8').trim().split('\n'),
    reaches: (kind: string) => until(kind, () => subject.state().kind === kind),
    /** Waits until another process than `before` runs. The states until then may be over before the test looks. */
    runsAgain: (before: number) =>
      until('another process', () => {
        const state = subject.state();
        return state.kind === 'running' && state.pid !== before;
      }),
    pid: () => {
      const state = subject.state();
      return 'pid' in state ? state.pid : undefined;
    },
  };
}

/** Configuration of a real Envoy that listens only on its admin socket. */
function realArgs(path: string): readonly string[] {
  const config = JSON.stringify({ admin: { address: { pipe: { path } } } });
  return ['--config-yaml', config, '--disable-hot-restart', '-l', 'error'];
}

test('restarts a killed Envoy', async () => {
  const subject = await supervisor([]);
  const ended = subject.run();
  await subject.reaches('running');
  const before = subject.pid() ?? 0;
  process.kill(before, 'SIGKILL');
  await subject.runsAgain(before);
  expect(subject.restarts()).toEqual({ made: 1, hangs: 0, left: 2 });
  subject.drain();
  expect(await ended).toEqual({ kind: 'told' });
  expect(subject.state().kind).toBe('stopped');
});

test('stops after a crash loop has used up the restarts', async () => {
  const subject = await supervisor(['--exit', '3'], { restarts: 2 });
  expect(await subject.run()).toEqual({
    kind: 'crash-loop',
    exit: { code: 3, signal: null, cause: { kind: 'exit-code', code: 3 } },
  });
  expect(subject.journal()).toEqual(['started', 'started', 'started']);
  expect(subject.restarts()).toEqual({ made: 2, hangs: 0, left: 0 });
});

test('an end for a cause that a restart does not change costs no restart', async () => {
  const cause = { kind: 'cannot-execute', why: 'it is for another processor' } as const;
  const subject = await supervisor(['--exit', '3'], { explain: async () => cause });
  expect(await subject.run()).toEqual({ kind: 'hopeless', exit: { code: 3, signal: null, cause } });
  expect(subject.journal()).toEqual(['started']);
  expect(subject.restarts()).toEqual({ made: 0, hangs: 0, left: 3 });
  expect(subject.lastEnd()).toMatchObject({ code: 3, cause, at: expect.any(Date) });
});

test('an Envoy that was LIVE long enough resets the restart budget', async () => {
  const subject = await supervisor([], { restarts: 1, stableMs: 0 });
  const ended = subject.run();
  for (const made of [1, 2, 3]) {
    await subject.reaches('running');
    process.kill(subject.pid() ?? 0, 'SIGKILL');
    await expect.poll(() => subject.restarts().made).toBe(made);
  }
  subject.drain();
  expect(await ended).toEqual({ kind: 'told' });
});

describe('an Envoy that hangs', () => {
  test.each([
    'DAYBREAK_ENVOY',
    'DAYBREAK_ENVOY_OLDEST',
  ])('%s: stopped by SIGSTOP, it is ended and started again, and said to have hung', async (variable) => {
    const said: object[] = [];
    const log = pino({}, { write: (line: string) => void said.push(JSON.parse(line) as object) });
    const subject = await supervisor([], { envoy: process.env[variable] ?? 'envoy', ...SOON, log });
    const ended = subject.run();
    await subject.reaches('running');
    const before = subject.pid() ?? 0;
    process.kill(before, 'SIGSTOP');
    await subject.runsAgain(before);
    expect(subject.lastEnd()).toMatchObject({ signal: 'SIGKILL', cause: { kind: 'hang' } });
    expect(subject.restarts()).toEqual({ made: 1, hangs: 1, left: 2 });
    expect(said).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ pid: before, msg: expect.stringMatching(/^Envoy hangs: no answer for/) }),
        expect.objectContaining({
          pid: before,
          exit: { code: null, signal: 'SIGKILL' },
          msg: 'Envoy hung, and the agent ended it',
        }),
      ]),
    );
    subject.drain();
    expect(await ended).toEqual({ kind: 'told' });
  });

  test('an Envoy that hangs whenever it is LIVE uses up the restarts', async () => {
    const subject = await supervisor([], { restarts: 1, ...SOON });
    const ended = subject.run();
    let before = 0;
    for (let index = 0; index < 2; index += 1) {
      await subject.runsAgain(before);
      before = subject.pid() ?? 0;
      process.kill(before, 'SIGSTOP');
      await expect.poll(() => subject.restarts().hangs).toBe(index + 1);
    }
    expect(await ended).toMatchObject({ kind: 'crash-loop', exit: { cause: { kind: 'hang' } } });
    expect(subject.restarts()).toEqual({ made: 1, hangs: 2, left: 0 });
  });

  test('an Envoy without its admin socket does not count as hung', async () => {
    const looks: Health[] = [];
    const subject = await supervisor([], { hangMs: 0, onLook: (health) => looks.push(health) });
    const ended = subject.run();
    await subject.reaches('running');
    rmSync(subject.socketPath);
    const silent = () => looks.filter(({ lifecycle }) => lifecycle === 'UNREACHABLE').length;
    const before = silent();
    await expect.poll(silent).toBeGreaterThan(before + 5);
    expect(subject.state().kind).toBe('running');
    subject.drain();
    expect(await ended).toEqual({ kind: 'told' });
  });

  test('an Envoy that becomes silent while it drains is not stopped early', async () => {
    const subject = await supervisor(['--connections', '1'], { hangMs: 0 });
    const ended = subject.run();
    await subject.reaches('running');
    const pid = subject.pid() ?? 0;
    subject.drain();
    await subject.reaches('draining');
    process.kill(pid, 'SIGSTOP');
    await expect.poll(() => subject.state()).toMatchObject({ kind: 'draining', health: { isSilent: true } });
    process.kill(pid, 'SIGCONT');
    await subject.ask('/connections-gone', 'POST');
    expect(await ended).toEqual({ kind: 'told' });
    expect(subject.restarts()).toMatchObject({ made: 0, hangs: 0 });
  });
});

test('drains, and waits for connections', async () => {
  const subject = await supervisor(['--connections', '1']);
  const ended = subject.run();
  await subject.reaches('running');
  subject.drain();
  await subject.reaches('draining');
  // The drain would have ended long before so many polls if it did not see the connection.
  const asked = () => subject.journal().filter((line) => line === 'asked for connections').length;
  await expect.poll(asked).toBeGreaterThan(10);
  expect(subject.state().kind).toBe('draining');
  await subject.ask('/connections-gone', 'POST');
  expect(await ended).toEqual({ kind: 'told' });
  expect(subject.journal().filter((line) => line !== 'asked for connections')).toEqual([
    'started',
    'drained inboundonly=&graceful=&skip_exit=',
    'drained inboundonly=',
    'terminated',
  ]);
});

test('after a second signal, the supervisor does not wait for connections', async () => {
  const subject = await supervisor(['--connections', '1']);
  const ended = subject.run();
  await subject.reaches('running');
  subject.drain();
  await subject.reaches('draining');
  subject.cutShort();
  expect(await ended).toEqual({ kind: 'told' });
  expect(subject.journal().at(-1)).toBe('terminated');
});

test('an Envoy that became LIVE after the last poll drains too', async () => {
  const subject = await supervisor([], { watch: async () => undefined });
  const ended = subject.run();
  await until('LIVE', async () => (await subject.ask('/ready')).status === 200);
  subject.drain();
  expect(await ended).toEqual({ kind: 'told' });
  expect(subject.journal()).toContain('drained inboundonly=');
});

test('an Envoy that was never LIVE has nothing to drain', async () => {
  const subject = await supervisor(['--ready', 'PRE_INITIALIZING']);
  const ended = subject.run();
  await expect.poll(() => subject.state()).toMatchObject({ health: { lifecycle: 'PRE_INITIALIZING' } });
  subject.drain();
  expect(await ended).toEqual({ kind: 'told' });
  expect(subject.journal()).toEqual(['started', 'terminated']);
});

test('an Envoy that dies while it drains is not started again', async () => {
  const subject = await supervisor(['--connections', '1']);
  const ended = subject.run();
  await subject.reaches('running');
  const pid = subject.pid() ?? 0;
  subject.drain();
  await subject.reaches('draining');
  process.kill(pid, 'SIGKILL');
  expect(await ended).toEqual({ kind: 'told' });
  expect(subject.restarts().made).toBe(0);
});

test('a stop does not wait for an explanation of the end', async () => {
  const subject = await supervisor([], { explain: () => new Promise(() => undefined) });
  const ended = subject.run();
  await subject.reaches('running');
  subject.drain();
  expect(await ended).toEqual({ kind: 'told' });
  expect(subject.lastEnd()).toBeUndefined();
});

test('after a stop signal during the back-off, no Envoy is started', async () => {
  const subject = await supervisor(['--exit', '3']);
  const ended = subject.run();
  await subject.reaches('backing-off');
  subject.drain();
  expect(await ended).toEqual({ kind: 'told' });
  expect(subject.restarts().made).toBe(subject.journal().length - 1);
});

test('an Envoy that ignores SIGTERM is killed', async () => {
  const subject = await supervisor(['--stubborn'], STOPPED_SOON);
  const ended = subject.run();
  await subject.reaches('running');
  const pid = subject.pid() ?? 0;
  subject.drain();
  subject.cutShort();
  expect(await ended).toEqual({ kind: 'told' });
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});
