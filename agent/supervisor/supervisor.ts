import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../../common/error-text.ts';
import { coded } from '../codes.ts';
import { causeOfExit, describeCause, isPermanent } from '../endings/end-cause.ts';
import { UNREACHABLE, type Health } from '../health.ts';
import { aborted } from './aborted.ts';
import type { EnvoyProcess, Exit } from './envoy-process.ts';
import { handOver } from './hand-over.ts';
import { createHangWatch } from './hang.ts';
import type { Replaced, ReplacementFailure } from './replacement.ts';
import { createRestartBudget } from './restart-budget.ts';
import {
  backingOff,
  draining,
  handingOver,
  hung,
  starting,
  stopped,
  takenOver,
  withHealth,
  withoutAdmin,
  withoutRetiring,
  type StopReason,
} from './state.ts';
import type { LastEnd, Supervisor, SupervisorOptions } from './supervisor-options.ts';
import type { Asked, WatchEvent, Served } from './watch-event.ts';

const STABLE_MS = 60_000;
const HANG_MS = 60_000;
const HAND_OVER_MS = 120_000;
/** How much longer than announced a previous Envoy may live after a hot restart, in milliseconds. */
const RETIRE_GRACE_MS = 15_000;

/** Creates a supervisor, which starts Envoy with `run`. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { stop, log, handOverMs = HAND_OVER_MS, retireMs = () => 0 } = options;
  const budget = createRestartBudget(options.restarts, options.stableMs ?? STABLE_MS);
  let state = starting();
  let epoch = 0;
  let made = 0;
  let hangs = 0;
  let lastEnd: LastEnd | undefined;
  /** When Envoy became LIVE. Not `state.since`: the machine's clock may be set meanwhile. */
  let liveFrom = 0;
  /** Takes a wish while an Envoy can be replaced. */
  let ask: ((asked: Asked) => void) | undefined;
  /** The previous Envoy after a hot restart, until it ends. */
  let retiring: EnvoyProcess | undefined;

  async function run(): Promise<StopReason> {
    let asked: Asked | undefined;
    for (;;) {
      if (stop.drain.aborted) return { kind: 'told' };
      const trial: Asked | undefined = asked;
      asked = undefined;
      const envoy = await startFirst(trial);
      if (envoy === undefined) continue;
      const served = await serve(envoy, trial);
      asked = served.asked;
      if (stop.drain.aborted) {
        asked?.answer(failed({ kind: 'stopped' }));
        return { kind: 'told' };
      }
      // After a late trial, the Envoy before it is started again.
      if (asked !== undefined || served.isLate) continue;
      const { exit, liveMs, pid } = served;
      lastEnd = { ...exit, at: new Date() };
      const { code, signal, cause } = exit;
      log.error(
        coded('ENVOY_ENDED', { pid, exit: { code, signal }, cause: cause.kind }),
        `Envoy ${describeCause(cause)}`,
      );
      // The Envoy before a trial is known to run.
      const hasFailed = trial !== undefined && liveMs === 0;
      if (isPermanent(cause) && !hasFailed) return { kind: 'hopeless', exit };
      const waitMs = budget.afterExit(liveMs);
      if (waitMs === undefined) return { kind: 'crash-loop', exit };
      state = backingOff(exit, waitMs);
      log.info({ waitMs: Math.round(waitMs), left: budget.left() }, 'restarting Envoy');
      await delay(waitMs, undefined, { signal: stop.drain }).catch(() => undefined);
      if (!stop.drain.aborted) made += 1;
    }
  }

  /** Starts an Envoy that takes over from none; undefined if the one that was asked for cannot be started. */
  async function startFirst(trial: Asked | undefined): Promise<EnvoyProcess | undefined> {
    epoch = 0;
    let envoy: EnvoyProcess;
    try {
      envoy = await (trial === undefined ? options.start() : trial.wish.start(0));
    } catch (error) {
      if (trial === undefined) throw error;
      trial.answer(failed({ kind: 'cannot start', why: errorText(error) }));
      return undefined;
    }
    state = starting(envoy.pid);
    log.info({ pid: envoy.pid }, 'started Envoy');
    return envoy;
  }

  /**
   * Watches an Envoy, and those that take over from it, until the last one ends or was stopped. `liveMs`: how long that one was LIVE and
   * answered. Answers `trial` once it is LIVE or has ended.
   */
  async function serve(first: EnvoyProcess, trial: Asked | undefined): Promise<Served> {
    let envoy = first;
    for (;;) {
      const over = new AbortController();
      const { event, watching } = await watchUntil(envoy, over, trial);
      if (event.kind === 'asked' && event.asked.wish.how === 'hot restart') {
        over.abort();
        await watching;
        envoy = await replaceHot(envoy, event.asked);
        continue;
      }
      const silentMs = event.kind === 'silent' ? event.ms : 0;
      const liveMs =
        state.kind === 'running' || state.kind === 'without-admin'
          ? Math.max(1, performance.now() - liveFrom - silentMs)
          : 0;
      const wasLive = state.kind !== 'starting';
      const exit = event.kind === 'ended' ? event.exit : await stopEnvoy(envoy, event, over.signal);
      over.abort();
      await watching;
      const hasHung = event.kind === 'silent';
      const isLate = event.kind === 'late';
      // After a stop signal, the end needs no explanation, and a second signal must not wait for one.
      const isWanted = stop.drain.aborted || event.kind === 'asked' || isLate;
      const explain = isWanted ? undefined : options.explain;
      const cause = (await explain?.(exit, hasHung, wasLive)) ?? causeOfExit(exit, hasHung);
      if (!wasLive) trial?.answer(failed(isLate ? { kind: 'not live in time' } : { kind: 'ended', cause }));
      const asked = event.kind === 'asked' ? { asked: event.asked } : {};
      return { pid: envoy.pid, exit: { ...exit, cause }, liveMs, isLate, ...asked };
    }
  }

  async function watchUntil(
    envoy: EnvoyProcess,
    over: AbortController,
    trial: Asked | undefined,
  ): Promise<{ event: WatchEvent; watching: Promise<void> }> {
    const hanging = Promise.withResolvers<WatchEvent>();
    const asking = Promise.withResolvers<WatchEvent>();
    const lateness = Promise.withResolvers<WatchEvent>();
    const given: Asked[] = [];
    ask = (asked) => {
      given.push(asked);
      asking.resolve({ kind: 'asked', asked });
    };
    const timer = setTimeout(() => {
      if (trial !== undefined && state.kind === 'starting') lateness.resolve({ kind: 'late' });
    }, handOverMs);
    const hangWatch = createHangWatch(options.hangMs ?? HANG_MS);
    const report = (health: Health): void => {
      const next = withHealth(state, health);
      if (state.kind === 'starting' && next.kind === 'running') {
        liveFrom = performance.now();
        log.info({ pid: envoy.pid }, 'Envoy is LIVE');
        trial?.answer({ kind: 'live', epoch, over: Promise.resolve() });
      }
      state = next;
      const ms = hangWatch(health.isSilent);
      if (state.kind === 'running' && ms !== undefined) hanging.resolve({ kind: 'silent', ms });
    };
    // Without its admin interface, there is nothing to watch but the process.
    const watching = state.kind === 'without-admin' ? Promise.resolve() : options.watch(over.signal, report);
    const event = await Promise.race<WatchEvent>([
      envoy.exited.then((exit) => ({ kind: 'ended', exit })),
      hanging.promise,
      asking.promise,
      lateness.promise,
      aborted(stop.drain, over.signal).then(() => ({ kind: 'stop' })),
    ]);
    ask = undefined;
    clearTimeout(timer);
    // Another event may come first, at the same moment.
    if (event.kind !== 'asked') for (const { answer } of given) answer({ kind: 'not now' });
    return { event, watching };
  }

  /** Starts the next Envoy beside the running one. Returns the one that serves afterwards. Answers once that is known. */
  async function replaceHot(envoy: EnvoyProcess, { wish, answer }: Asked): Promise<EnvoyProcess> {
    if (state.kind !== 'running') {
      answer({ kind: 'not now' });
      return envoy;
    }
    const before = state;
    const { explain, isEpochLive = () => options.isLive() } = options;
    const outcome = await handOver({
      previous: envoy,
      start: () => wish.start(epoch + 1),
      onStarted(next) {
        state = handingOver(before, next.pid);
        log.info({ pid: next.pid, previous: envoy.pid, epoch: epoch + 1 }, 'started the next Envoy');
      },
      explain: explain && ((exit) => explain(exit, false, false)),
      isLive: () => isEpochLive(epoch + 1),
      limitMs: handOverMs,
      stop,
    });
    if (outcome.kind === 'failed') {
      state = outcome.isUntouched ? before : withoutAdmin(before);
      answer(outcome);
      return envoy;
    }
    const { next } = outcome;
    epoch += 1;
    state = takenOver(next.pid, before);
    liveFrom = performance.now();
    log.info({ pid: next.pid, previous: envoy.pid, epoch }, 'the next Envoy is LIVE and has taken over');
    answer({ kind: 'live', epoch, over: retire(envoy) });
    return next;
  }

  /** Waits for the end of the previous Envoy, to which its successor says when. Ends it if it does not end. */
  async function retire(previous: EnvoyProcess): Promise<void> {
    retiring = previous;
    const timer = setTimeout(() => void previous.stop(), retireMs() + RETIRE_GRACE_MS);
    const exit = await previous.exited;
    clearTimeout(timer);
    retiring = undefined;
    state = withoutRetiring(state);
    log.info({ pid: previous.pid, exit }, 'the previous Envoy has ended');
  }

  /** Stops an Envoy that hangs, or drains and stops it after a stop signal or for a restart. */
  async function stopEnvoy(envoy: EnvoyProcess, event: WatchEvent, over: AbortSignal): Promise<Exit> {
    if (event.kind !== 'silent' || !('health' in state)) {
      return await drainAndStop(envoy, AbortSignal.any([stop.cutShort, over]));
    }
    hangs += 1;
    state = hung(envoy.pid, state.health);
    const seconds = Math.round(event.ms / 1000);
    log.error(
      coded('ENVOY_HUNG', { pid: envoy.pid, silentMs: event.ms }),
      `Envoy hangs: no answer for ${seconds} s; stopping it`,
    );
    return await envoy.stop();
  }

  /** Drains and stops an Envoy. One that was never LIVE has no connections to drain. */
  async function drainAndStop(envoy: EnvoyProcess, cutShort: AbortSignal): Promise<Exit> {
    if (state.kind === 'running' || (await options.isLive())) {
      state = draining(envoy.pid, 'health' in state ? state.health : UNREACHABLE);
      log.info({ pid: envoy.pid }, 'draining');
      const { how, ...left } = await Promise.race([
        options.drain(cutShort),
        envoy.exited.then(() => ({ how: 'Envoy exited' })),
      ]);
      log.info({ pid: envoy.pid, ...left }, `drained: ${how}`);
    }
    const exit = await envoy.stop();
    await retiring?.stop();
    return exit;
  }

  return {
    state: () => state,
    epoch: () => epoch,
    lastEnd: () => lastEnd,
    restarts: () => ({ made, hangs, left: budget.left() }),
    async replace(wish) {
      const isPossible =
        state.kind === 'running' || (state.kind === 'without-admin' && wish.how === 'restart');
      if (ask === undefined || !isPossible || retiring !== undefined) return { kind: 'not now' };
      const { promise, resolve } = Promise.withResolvers<Replaced>();
      ask({ wish, answer: resolve });
      ask = undefined;
      return await promise;
    },
    async run() {
      try {
        const reason = await run();
        state = stopped(reason);
        return reason;
      } finally {
        await retiring?.stop();
      }
    },
  };
}

function failed(failure: ReplacementFailure): Replaced {
  return { kind: 'failed', failure };
}
