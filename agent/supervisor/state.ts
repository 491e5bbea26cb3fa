import { UNREACHABLE, type Health } from '../health.ts';
import type { EndCause } from '../endings/end-cause.ts';
import type { Exit } from './envoy-process/envoy-process.ts';

/** How and why an Envoy ended. */
export type Ending = Exit & { readonly cause: EndCause };

/**
 * State of the supervisor. `starting`: Envoy runs and is not LIVE yet. `running`: Envoy has been LIVE; after a hot restart, `retiring` is the
 * previous Envoy until it ends. `handing-over`: Envoy `pid` serves, and `next` starts beside it. `without-admin`: the next Envoy failed, and
 * Envoy serves on without its admin interface, which a hot restart takes away. `backing-off`: Envoy ended and will be restarted. `hung`: Envoy
 * does not answer and is being stopped. `draining`: after a stop signal, or before a restart, Envoy drains its connections. `stopped`: there is
 * no Envoy, and there will be no other.
 */
export type SupervisorState =
  | {
      readonly kind: 'starting';
      readonly since: Date;
      readonly pid: number | undefined;
      readonly health: Health;
    }
  | Running
  | {
      readonly kind: 'handing-over';
      readonly since: Date;
      readonly pid: number;
      readonly next: number;
      readonly health: Health;
    }
  | { readonly kind: 'without-admin'; readonly since: Date; readonly pid: number; readonly health: Health }
  | { readonly kind: 'hung'; readonly since: Date; readonly pid: number; readonly health: Health }
  | { readonly kind: 'backing-off'; readonly since: Date; readonly until: Date; readonly exit: Ending }
  | { readonly kind: 'draining'; readonly since: Date; readonly pid: number; readonly health: Health }
  | { readonly kind: 'stopped'; readonly since: Date; readonly reason: StopReason };

/** An Envoy that has been LIVE. */
export type Running = {
  readonly kind: 'running';
  readonly since: Date;
  readonly pid: number;
  readonly health: Health;
  readonly retiring?: number;
};

/** Why the supervisor ended: `told` by a stop signal, it has `left` a running Envoy, Envoy used up its restarts, or a restart cannot help (`hopeless`). */
export type StopReason =
  | { readonly kind: 'told' | 'left' }
  | { readonly kind: 'crash-loop' | 'hopeless'; readonly exit: Ending };

/** Creates the state after a start; without `pid`, the state before the first start. */
export function starting(pid?: number): SupervisorState {
  return { kind: 'starting', since: new Date(), pid, health: UNREACHABLE };
}

/** Creates the state in which `next` starts beside a running Envoy. The health is that of the running one. */
export function handingOver({ pid, health }: Running, next: number): SupervisorState {
  return { kind: 'handing-over', since: new Date(), pid, next, health };
}

/** Creates the state after Envoy `pid` took over from the one before, which ends by itself. */
export function takenOver(pid: number, before: Running): Running {
  const health: Health = { ...before.health, lifecycle: 'LIVE', isSilent: false };
  return { kind: 'running', since: new Date(), pid, health, retiring: before.pid };
}

/** Creates the state of an Envoy that lost its admin interface to another one, which failed. `since` stays that of the running Envoy. */
export function withoutAdmin({ since, pid, health }: Running): SupervisorState {
  return { kind: 'without-admin', since, pid, health };
}

/** Returns the state after the previous Envoy has ended. */
export function withoutRetiring(state: SupervisorState): SupervisorState {
  if (state.kind !== 'running') return state;
  const { retiring: _ended, ...rest } = state;
  return rest;
}

/** Creates the state after Envoy ended with `exit`, until its restart after `waitMs`. */
export function backingOff(exit: Ending, waitMs: number): SupervisorState {
  const since = new Date();
  return { kind: 'backing-off', since, until: new Date(since.getTime() + waitMs), exit };
}

/** Creates the state in which a running Envoy does not answer and is being stopped. */
export function hung(pid: number, health: Health): SupervisorState {
  return { kind: 'hung', since: new Date(), pid, health };
}

/** Creates the state in which a running Envoy drains its connections. */
export function draining(pid: number, health: Health): SupervisorState {
  return { kind: 'draining', since: new Date(), pid, health };
}

/** Creates the final state, without an Envoy. */
export function stopped(reason: StopReason): SupervisorState {
  return { kind: 'stopped', since: new Date(), reason };
}

/** Returns the state after a health report. The first LIVE turns `starting` into `running`. */
export function withHealth(state: SupervisorState, health: Health): SupervisorState {
  if (!('health' in state) || state.kind === 'handing-over' || state.kind === 'without-admin') return state;
  if (state.kind !== 'starting' || state.pid === undefined || health.lifecycle !== 'LIVE') {
    return { ...state, health };
  }
  return { kind: 'running', since: new Date(), pid: state.pid, health };
}
