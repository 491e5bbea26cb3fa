import type { Log } from '../../common/log.ts';
import type { DrainOutcome } from '../drain/drain.ts';
import type { EndCause } from '../endings/end-cause.ts';
import type { Health } from '../health.ts';
import type { EnvoyProcess, Exit } from './envoy-process/envoy-process.ts';
import type { Replaced, Replacement } from './replace/replacement.ts';
import type { Ending, StopReason, SupervisorState } from './state.ts';

/** Inputs of the supervisor. */
export type SupervisorOptions = {
  /** Starts an Envoy that takes over from none. */
  start(): Promise<EnvoyProcess>;
  /** Reports the health of the running Envoy until `signal` aborts. */
  watch(signal: AbortSignal, report: (health: Health) => void): Promise<void>;
  /** Resolves with whether the running Envoy is LIVE now, which `watch` may report later. */
  isLive(): Promise<boolean>;
  /** Resolves with whether the Envoy of this restart epoch answers, and is LIVE. Default: as `isLive`. */
  readonly isEpochLive?: (epoch: number) => Promise<boolean>;
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
  /** How long the next Envoy of a replacement has to become LIVE. Default: two minutes. */
  readonly handOverMs?: number;
  /** How long the previous Envoy lives after a hot restart, as its successor was told. Default: none. */
  readonly retireMs?: () => number;
  /** An Envoy that the agent before started, and that serves, instead of the first start. */
  readonly takenOver?: { readonly envoy: EnvoyProcess; readonly epoch: number };
  /** An Envoy became LIVE, or has taken over. */
  readonly onServing?: (pid: number, epoch: number) => void;
  /** Ends the supervisor, which leaves Envoy running, while Envoy can be replaced by a hot restart. */
  readonly leave?: AbortSignal;
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
  /** The running Envoy's restart epoch: 0, and one more after each hot restart. */
  epoch(): number;
  /**
   * Whether Envoy can be replaced now: by a hot restart while it runs, by a restart also while it starts or waits for its next start; never
   * while it drains or the previous Envoy has not ended.
   */
  isReplaceable(how: Replacement['how']): boolean;
  /** Replaces Envoy, or does nothing if it cannot be replaced now. Never rejects. */
  replace(wish: Replacement): Promise<Replaced>;
  /**
   * Starts Envoy, and restarts it whenever it ends or hangs. Resolves after a stop signal, or once the restart budget is used up; no
   * Envoy runs then. Rejects if the first Envoy cannot be started. Call it once.
   */
  run(): Promise<StopReason>;
};
