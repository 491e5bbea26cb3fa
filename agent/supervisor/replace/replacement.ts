import type { EndCause } from '../../endings/end-cause.ts';
import type { EnvoyProcess } from '../envoy-process/envoy-process.ts';

/**
 * A request to replace the running Envoy by another. `hot restart`: the next one starts beside the running one and takes its sockets over.
 * `restart`: the running one drains and ends first.
 */
export type Replacement = {
  readonly how: 'hot restart' | 'restart';
  /** Starts the next Envoy. `epoch`: 0 for a restart. */
  readonly start: (epoch: number) => Promise<EnvoyProcess>;
};

/** Why a replacement failed. */
export type ReplacementFailure =
  | { readonly kind: 'ended'; readonly cause: EndCause }
  | { readonly kind: 'cannot start'; readonly why: string }
  | { readonly kind: 'not live in time' | 'previous ended' | 'stopped' };

/**
 * Outcome of a replacement. `live`: the next Envoy serves; `over` resolves when the previous one has ended. `failed`: the previous Envoy
 * keeps serving or, if it ended, is started again. `not now`: nothing was done.
 */
export type Replaced =
  | { readonly kind: 'live'; readonly epoch: number; readonly over: Promise<void> }
  | { readonly kind: 'failed'; readonly failure: ReplacementFailure }
  | { readonly kind: 'not now' };

/** Creates the outcome of a replacement that failed. */
export function failed(failure: ReplacementFailure): Replaced {
  return { kind: 'failed', failure };
}
