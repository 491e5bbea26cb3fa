import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import type { DrainOutcome } from '../drain/drain.ts';
import { coded } from '../codes.ts';
import { causeOfExit, describeCause, isPermanent, type EndCause } from '../endings/end-cause.ts';
import { UNREACHABLE, type Health } from '../health.ts';
import type { EnvoyProcess, Exit } from './envoy-process.ts';
import { createHangWatch } from './hang.ts';
import { createRestartBudget } from './restart-budget.ts';
import {
  backingOff,
  draining,
  hung,
  starting,
  stopped,
  withHealth,
  type Ending,
  type StopReason,
  type SupervisorState,
} from './state.ts';

/** Inputs of the supervisor. */
export type SupervisorOptions = {
  /** Starts an Envoy. */
  start(): Promise<EnvoyProcess>;
  /** Reports the health of the running Envoy until `signal` aborts. */
  watch(signal: AbortSignal, report: (health: Health) => void): Promise<void>;
  /** Resolves with whether the running Envoy is LIVE now, which `watch` may report later. */
  isLive(): Promise<boolean>;
  /** Drains the connections before Envoy is stopped. */
  drain(cutShort: AbortSignal): Promise<DrainOutcome>;
  /** Finds out why an Envoy ended. `wasLive`: whether it has served. Default: what the exit itself shows. */
  readonly explain?: (exit: Exit, hung: boolean, wasLive: boolean) => Promise<EndCause>;
  /** Consecutive restarts before the supervisor gives up. */
  readonly restarts: number;
  /** How long Envoy must be LIVE to reset the restart budget. Default: a minute. */
  readonly stableMs?: number;
  /** How long an Envoy that has been LIVE may not answer before the supervisor stops it. Default: a minute. */
  readonly hangMs?: number;
  /** Stops the supervisor: `drain` starts a drain, `cutShort` ends the drain at once. */
  readonly stop: { readonly drain: AbortSignal; readonly cutShort: AbortSignal };
  readonly log: Log;
};

/** An end of an Envoy, and its time. */
export type LastEnd = Ending & { readonly at: Date };

/** Keeps one Envoy running. */
export type Supervisor = {
  state(): SupervisorState;
  /** The last end of an Envoy that no stop signal caused. */
  lastEnd(): LastEnd | undefined;
  /** Restarts since the agent started, hangs of Envoy, and the restarts left in the budget. */
  restarts(): { readonly made: number; readonly hangs: number; readonly left: number };
  /**
   * Starts Envoy, and restarts it whenever it ends or hangs. Resolves after a stop signal, or once the restart budget is used up; no
   * Envoy runs then. Rejects if Envoy cannot be started at all. Call it once.
   */
  run(): Promise<StopReason>;
};

const STABLE_MS = 60_000;
const HANG_MS = 60_000;

/** Creates a supervisor, which starts Envoy with `run`. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { stop, log } = options;
  const budget = createRestartBudget(options.restarts, options.stableMs ?? STABLE_MS);
  let state = starting();
  let made = 0;
  let hangs = 0;
  let lastEnd: LastEnd | undefined;

  async function run(): Promise<StopReason> {
    for (;;) {
      if (stop.drain.aborted) return { kind: 'told' };
      const envoy = await options.start();
      state = starting(envoy.pid);
      log.info({ pid: envoy.pid }, 'started Envoy');
      const { exit, liveMs } = await watchUntilExit(envoy);
      if (stop.drain.aborted) return { kind: 'told' };
      lastEnd = { ...exit, at: new Date() };
      const { code, signal, cause } = exit;
      const fields = { pid: envoy.pid, exit: { code, signal }, cause: cause.kind };
      log.error(coded('ENVOY_ENDED', fields), `Envoy ${describeCause(cause)}`);
      if (isPermanent(cause)) return { kind: 'hopeless', exit };
      const waitMs = budget.afterExit(liveMs);
      if (waitMs === undefined) return { kind: 'crash-loop', exit };
      state = backingOff(exit, waitMs);
      log.info({ waitMs: Math.round(waitMs), left: budget.left() }, 'restarting Envoy');
      await delay(waitMs, undefined, { signal: stop.drain }).catch(() => undefined);
      if (!stop.drain.aborted) made += 1;
    }
  }

  /** Watches one Envoy until it ends or was stopped. `liveMs`: how long it was LIVE and answered. */
  async function watchUntilExit(envoy: EnvoyProcess): Promise<{ exit: Ending; liveMs: number }> {
    const over = new AbortController();
    // Not `state.since`: the machine's clock may be set meanwhile.
    let liveFrom = 0;
    const hanging = Promise.withResolvers<number>();
    const hangWatch = createHangWatch(options.hangMs ?? HANG_MS);
    const watching = options.watch(over.signal, (health) => {
      const next = withHealth(state, health);
      if (state.kind === 'starting' && next.kind === 'running') {
        liveFrom = performance.now();
        log.info({ pid: envoy.pid }, 'Envoy is LIVE');
      }
      state = next;
      const silentMs = hangWatch(health.isSilent);
      if (state.kind === 'running' && silentMs !== undefined) hanging.resolve(silentMs);
    });
    const event = await Promise.race([envoy.exited, hanging.promise, aborted(stop.drain, over.signal)]);
    const silentMs = typeof event === 'number' ? event : 0;
    const liveMs = state.kind === 'running' ? performance.now() - liveFrom - silentMs : 0;
    const exit = await (typeof event === 'object' ? event : stopEnvoy(envoy, event, over.signal));
    const wasLive = state.kind !== 'starting';
    over.abort();
    await watching;
    const hasHung = typeof event === 'number';
    // After a stop signal, the end needs no explanation, and a second signal must not wait for one.
    const explain = stop.drain.aborted ? undefined : options.explain;
    const cause = (await explain?.(exit, hasHung, wasLive)) ?? causeOfExit(exit, hasHung);
    return { exit: { ...exit, cause }, liveMs };
  }

  /** Stops an Envoy that hangs, or drains and stops it after a stop signal. */
  function stopEnvoy(envoy: EnvoyProcess, silentMs: number | undefined, over: AbortSignal): Promise<Exit> {
    if (silentMs === undefined || !('health' in state))
      return drainAndStop(envoy, AbortSignal.any([stop.cutShort, over]));
    hangs += 1;
    state = hung(envoy.pid, state.health);
    const seconds = Math.round(silentMs / 1000);
    log.error(
      coded('ENVOY_HUNG', { pid: envoy.pid, silentMs }),
      `Envoy hangs: no answer for ${seconds} s; stopping it`,
    );
    return envoy.stop();
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
    return envoy.stop();
  }

  return {
    state: () => state,
    lastEnd: () => lastEnd,
    restarts: () => ({ made, hangs, left: budget.left() }),
    async run() {
      const reason = await run();
      state = stopped(reason);
      return reason;
    },
  };
}

/** Resolves with undefined when `signal` aborts. Stops listening when `over` aborts. */
async function aborted(signal: AbortSignal, over: AbortSignal): Promise<undefined> {
  if (!signal.aborted) await once(signal, 'abort', { signal: over }).catch(() => undefined);
}
