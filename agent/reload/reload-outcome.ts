import type { AgentCode } from '../codes.ts';
import { describeCause } from '../endings/end-cause.ts';
import type { ReplacementFailure } from '../supervisor/replace/replacement.ts';

/** How Envoy is replaced: `hot restart` cuts no request; `restart` drains and ends the running Envoy first. */
export type ReloadHow = 'hot restart' | 'restart';

/**
 * Outcome of a reload. `taken over`: the next Envoy serves, with the new variables but for those of `notTaken`. `refused`: nothing has changed.
 * `failed`: the next Envoy was started and could not serve; the previous configuration is in force.
 */
export type ReloadOutcome = { readonly at: Date; readonly how: ReloadHow } & (
  | { readonly kind: 'taken over'; readonly epoch: number; readonly notTaken: readonly string[] }
  | { readonly kind: 'refused' | 'failed'; readonly code: AgentCode; readonly message: string }
);

/** The words of `HOT_RESTART_BLOCKED`. */
export const BLOCKED =
  'an Envoy that was to take over failed: the running one serves without its admin interface, and hot restarts are blocked until Envoy restarts';

/** A reason not to take over. */
export class ReloadRefusal extends Error {
  readonly code: AgentCode;

  constructor(code: AgentCode, message: string) {
    super(message);
    this.name = 'ReloadRefusal';
    this.code = code;
  }
}

/** Describes an outcome in one line. */
export function describeOutcome(outcome: ReloadOutcome): string {
  if (outcome.kind !== 'taken over') return `${outcome.message} (${outcome.code})`;
  const { how, epoch, notTaken } = outcome;
  const done = how === 'restart' ? 'Envoy was restarted' : `Envoy ${epoch} has taken over`;
  return notTaken.length === 0
    ? done
    : `${done}; the agent takes over ${notTaken.join(', ')} only at its own restart (RELOAD_PARTIAL)`;
}

/** Describes why the next Envoy could not serve. */
export function describeFailedStart(failure: ReplacementFailure): string {
  switch (failure.kind) {
    case 'ended':
      return `the next Envoy ${describeCause(failure.cause)}`;
    case 'cannot start':
      return `the next Envoy cannot be started: ${failure.why}`;
    case 'not live in time':
      return 'the next Envoy was not LIVE in time, and the agent ended it';
    case 'previous ended':
      return 'the running Envoy ended while the next one started; the agent restarts it as it was';
    case 'stopped':
      return 'the agent was stopped';
  }
}
