import type { Exit } from './envoy-process/envoy-process.ts';
import type { Replaced, Replacement } from './replace/replacement.ts';
import type { Ending } from './state.ts';

/** A replacement that was asked for. */
export type Asked = { readonly wish: Replacement; readonly answer: (outcome: Replaced) => void };

/** The end of the watch of an Envoy. */
export type WatchEvent =
  | { readonly kind: 'ended'; readonly exit: Exit }
  | { readonly kind: 'silent'; readonly ms: number }
  | { readonly kind: 'stop' }
  /** Envoy is left to another agent. */
  | { readonly kind: 'left' }
  /** The Envoy of a restart that was asked for is not LIVE in time. */
  | { readonly kind: 'late' }
  | { readonly kind: 'asked'; readonly asked: Asked };

/**
 * The last watched Envoy, which has ended. `pid`: undefined if it could not start. `asked`: the agent ended it for a restart. `isLate`: the agent ended
 * it because it was not LIVE in time.
 */
export type Served = {
  readonly pid: number | undefined;
  readonly exit: Ending;
  readonly liveMs: number;
  readonly isLate: boolean;
  readonly asked?: Asked;
};
