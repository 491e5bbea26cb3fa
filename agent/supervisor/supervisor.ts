import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import type { DrainOutcome } from '../drain/drain.ts';
import { UNREACHABLE, type Health } from '../health.ts';
import type { EnvoyProcess, Exit } from './envoy-process.ts';
import { createHangWatch } from './hang.ts';
import { createRestartBudget } from './restart-budget.ts';
import {
  backingOff,
  describeEnding,
  draining,
  hung,
  starting,
  stopped,
  withHealth,
  type Ending,
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
  /** How long an Envoy that has been LIVE may give no answer until it is ended. Default: a minute. */
  readonly hangMs?: number;
  /** Ends it: `drain` gently, `hurry` without waiting any longer. */
  readonly stop: { readonly drain: AbortSignal; readonly hurry: AbortSignal };
  readonly log: Log;
};

/** Keeps one Envoy running. */
export type Supervisor = {
  state(): SupervisorState;
  /** Restarts since the agent started, how often Envoy hung, and the restarts that are left in this row. */
  restarts(): { readonly made: number; readonly hangs: number; readonly left: number };
  /**
   * Starts Envoy, and again whenever it ends or hangs. Resolves when there is no Envoy and there will be none: it was told to stop,
   * or the budget of restarts is used up. Fails where Envoy could not even be started. To be called once.
   */
  run(): Promise<StopReason>;
};

const STABLE_MS = 60_000;
const HANG_MS = 60_000;

/** A supervisor that has not started anything yet. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { stop, log } = options;
  const budget = createRestartBudget(options.restarts, options.stableMs ?? STABLE_MS);
  let state = starting();
  let made = 0;
  let hangs = 0;

  async function run(): Promise<StopReason> {
    for (;;) {
      if (stop.drain.aborted) return { kind: 'told' };
      const envoy = await options.start();
      state = starting(envoy.pid);
      log.info({ pid: envoy.pid }, 'started Envoy');
      const { exit, liveMs } = await attend(envoy);
      if (stop.drain.aborted) return { kind: 'told' };
      log.error({ pid: envoy.pid, ...exit }, `Envoy ${describeEnding(exit)}`);
      const waitMs = budget.afterExit(liveMs);
      if (waitMs === undefined) return { kind: 'crash-loop', exit };
      state = backingOff(exit, waitMs);
      log.info({ waitMs: Math.round(waitMs), left: budget.left() }, 'starts Envoy again');
      await delay(waitMs, undefined, { signal: stop.drain }).catch(() => undefined);
      if (!stop.drain.aborted) made += 1;
    }
  }

  /** Sees an Envoy through to its end, which may be one that was asked for; `liveMs`: how long it was LIVE, and answered. */
  async function attend(envoy: EnvoyProcess): Promise<{ exit: Ending; liveMs: number }> {
    const over = new AbortController();
    const hanging = Promise.withResolvers<number>();
    const hangWatch = createHangWatch(options.hangMs ?? HANG_MS);
    const watching = options.watch(over.signal, (health) => {
      const next = withHealth(state, health);
      if (state.kind === 'starting' && next.kind === 'running') log.info({ pid: envoy.pid }, 'Envoy is LIVE');
      state = next;
      const silentMs = hangWatch(health.isSilent);
      if (state.kind === 'running' && silentMs !== undefined) hanging.resolve(silentMs);
    });
    const met = await Promise.race([envoy.exited, hanging.promise, aborted(stop.drain, over.signal)]);
    const silentMs = typeof met === 'number' ? met : 0;
    const liveMs = state.kind === 'running' ? Date.now() - state.since.getTime() - silentMs : 0;
    const exit = await (typeof met === 'object' ? met : endOf(envoy, met, over.signal));
    over.abort();
    await watching;
    return { exit: { ...exit, hung: typeof met === 'number' }, liveMs };
  }

  /** Ends an Envoy that hangs, or that is to end. */
  function endOf(envoy: EnvoyProcess, silentMs: number | undefined, over: AbortSignal): Promise<Exit> {
    if (silentMs === undefined || !('health' in state))
      return end(envoy, AbortSignal.any([stop.hurry, over]));
    hangs += 1;
    state = hung(envoy.pid, state.health);
    const seconds = Math.round(silentMs / 1000);
    log.error({ pid: envoy.pid, silentMs }, `Envoy hangs: no answer for ${seconds} s; it is ended`);
    return envoy.stop();
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
    restarts: () => ({ made, hangs, left: budget.left() }),
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
