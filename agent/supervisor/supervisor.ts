import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import type { DrainOutcome } from '../drain/drain.ts';
import { UNREACHABLE, type Health } from '../health.ts';
import { describeExit, type EnvoyProcess, type Exit } from './envoy-process.ts';
import { createRestartBudget } from './restart-budget.ts';
import {
  backingOff,
  draining,
  starting,
  stopped,
  withHealth,
  type StopReason,
  type SupervisorState,
} from './state.ts';

/** What the supervisor works with. */
export type SupervisorOptions = {
  /** Starts an Envoy. */
  start(): Promise<EnvoyProcess>;
  /** Reports the health of the Envoy that runs, until `signal`. */
  watch(signal: AbortSignal, report: (health: Health) => void): Promise<void>;
  /** Whether the Envoy that runs is LIVE now, which may be sooner than `watch` says it. */
  isLive(): Promise<boolean>;
  /** Sends the connections away before Envoy is stopped. */
  drain(cut: AbortSignal): Promise<DrainOutcome>;
  /** Restarts in a row before it gives up. */
  readonly restarts: number;
  /** How long Envoy must have been LIVE for its restarts to be forgotten. Default: a minute. */
  readonly stableMs?: number;
  /** Ends it: `drain` gently, `hurry` without waiting any longer. */
  readonly stop: { readonly drain: AbortSignal; readonly hurry: AbortSignal };
  readonly log: Log;
};

/** Keeps one Envoy running. */
export type Supervisor = {
  state(): SupervisorState;
  /** Restarts since the agent started, and those that are left in this row. */
  restarts(): { readonly made: number; readonly left: number };
  /**
   * Starts Envoy, and again whenever it ends. Resolves when there is no Envoy and there will be none: it was told to stop,
   * or the budget of restarts is used up. Fails where Envoy could not even be started. To be called once.
   */
  run(): Promise<StopReason>;
};

const STABLE_MS = 60_000;

/** A supervisor that has not started anything yet. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { stop, log } = options;
  const budget = createRestartBudget(options.restarts, options.stableMs ?? STABLE_MS);
  let state = starting();
  let made = 0;

  async function run(): Promise<StopReason> {
    for (;;) {
      if (stop.drain.aborted) return { kind: 'told' };
      const envoy = await options.start();
      state = starting(envoy.pid);
      log.info({ pid: envoy.pid }, 'started Envoy');
      const { exit, liveMs } = await attend(envoy);
      if (stop.drain.aborted) return { kind: 'told' };
      log.error({ pid: envoy.pid, ...exit }, `Envoy ${describeExit(exit)}`);
      const waitMs = budget.afterExit(liveMs);
      if (waitMs === undefined) return { kind: 'crash-loop', exit };
      state = backingOff(exit, waitMs);
      log.info({ waitMs: Math.round(waitMs), left: budget.left() }, 'starts Envoy again');
      await delay(waitMs, undefined, { signal: stop.drain }).catch(() => undefined);
      if (!stop.drain.aborted) made += 1;
    }
  }

  /** Sees an Envoy through to its end, which may be one that was asked for; `liveMs`: how long it was LIVE. */
  async function attend(envoy: EnvoyProcess): Promise<{ exit: Exit; liveMs: number }> {
    const over = new AbortController();
    const watching = options.watch(over.signal, (health) => {
      const next = withHealth(state, health);
      if (state.kind === 'starting' && next.kind === 'running') log.info({ pid: envoy.pid }, 'Envoy is LIVE');
      state = next;
    });
    const exited = await Promise.race([envoy.exited, aborted(stop.drain, over.signal)]);
    const liveMs = state.kind === 'running' ? Date.now() - state.since.getTime() : 0;
    const exit = exited ?? (await end(envoy, AbortSignal.any([stop.hurry, over.signal])));
    over.abort();
    await watching;
    return { exit, liveMs };
  }

  /** An Envoy that was never LIVE has no connections to send away. */
  async function end(envoy: EnvoyProcess, cut: AbortSignal): Promise<Exit> {
    if (state.kind === 'running' || (await options.isLive())) {
      state = draining(envoy.pid, 'health' in state ? state.health : UNREACHABLE);
      log.info({ pid: envoy.pid }, 'drains');
      const { how, ...left } = await Promise.race([
        options.drain(cut),
        envoy.exited.then(() => ({ how: 'Envoy is gone' })),
      ]);
      log.info({ pid: envoy.pid, ...left }, `drained: ${how}`);
    }
    return envoy.stop();
  }

  return {
    state: () => state,
    restarts: () => ({ made, left: budget.left() }),
    async run() {
      const reason = await run();
      state = stopped(reason);
      return reason;
    },
  };
}

/** Resolves with undefined when `signal` aborts; stops listening when `over` does. */
async function aborted(signal: AbortSignal, over: AbortSignal): Promise<undefined> {
  if (!signal.aborted) await once(signal, 'abort', { signal: over }).catch(() => undefined);
}
