import { UNREACHABLE, type Health } from '../health.ts';
import { describeExit, type Exit } from './envoy-process.ts';

/** How an Envoy came to its end. `hung`: it did not answer any more, and was ended for it. */
export type Ending = Exit & { readonly hung: boolean };

/**
 * Where the supervisor stands. `starting`: Envoy runs and is not LIVE yet. `running`: it has been LIVE. `backing-off`: it
 * ended and will be started again. `hung`: it does not answer any more, and is being ended. `draining`: told to end, connections are
 * being sent away. `stopped`: for good.
 */
export type SupervisorState =
  | {
      readonly kind: 'starting';
      readonly since: Date;
      readonly pid: number | undefined;
      readonly health: Health;
    }
  | { readonly kind: 'running'; readonly since: Date; readonly pid: number; readonly health: Health }
  | { readonly kind: 'hung'; readonly since: Date; readonly pid: number; readonly health: Health }
  | { readonly kind: 'backing-off'; readonly since: Date; readonly until: Date; readonly exit: Ending }
  | { readonly kind: 'draining'; readonly since: Date; readonly pid: number; readonly health: Health }
  | { readonly kind: 'stopped'; readonly since: Date; readonly reason: StopReason };

/** Why the supervisor ended: it was told to, or Envoy used up its restarts. */
export type StopReason = { readonly kind: 'told' } | { readonly kind: 'crash-loop'; readonly exit: Ending };

/** Before the first start there is no process yet. */
export function starting(pid?: number): SupervisorState {
  return { kind: 'starting', since: new Date(), pid, health: UNREACHABLE };
}

/** Envoy ended so, and is started again after `waitMs`. */
export function backingOff(exit: Ending, waitMs: number): SupervisorState {
  const since = new Date();
  return { kind: 'backing-off', since, until: new Date(since.getTime() + waitMs), exit };
}

/** A running Envoy does not answer any more, and is being ended. */
export function hung(pid: number, health: Health): SupervisorState {
  return { kind: 'hung', since: new Date(), pid, health };
}

/** The connections of a running Envoy are being sent away. */
export function draining(pid: number, health: Health): SupervisorState {
  return { kind: 'draining', since: new Date(), pid, health };
}

/** There is no Envoy, and there will be none. */
export function stopped(reason: StopReason): SupervisorState {
  return { kind: 'stopped', since: new Date(), reason };
}

/** The end of an Envoy in words, e.g. `was killed by SIGSEGV`. */
export function describeEnding({ hung: hasHung, ...exit }: Ending): string {
  return hasHung ? `hung, and ${describeExit(exit)}` : describeExit(exit);
}

/** The state after a report on the health of Envoy: LIVE for the first time makes it running. */
export function withHealth(state: SupervisorState, health: Health): SupervisorState {
  if (state.kind === 'backing-off' || state.kind === 'stopped') return state;
  if (state.kind !== 'starting' || state.pid === undefined || health.lifecycle !== 'LIVE') {
    return { ...state, health };
  }
  return { kind: 'running', since: new Date(), pid: state.pid, health };
}
