/**
 * An order. `url`: a page of the console, opened by a new browser context, without cache and cookies, except for `move`. `frames`: of a map with this
 * many pieces, while its figures change (`watch`), or while the pointer moves it as well (`drag`).
 */
export type ViewOrder =
  | { readonly kind: 'view'; readonly url: string; readonly pieces: number }
  | { readonly kind: 'figures'; readonly url: string }
  | { readonly kind: 'move'; readonly url: string; readonly weight: number }
  | FramesOrder;

/** The order to count frames. */
export type FramesOrder = {
  readonly kind: 'frames';
  readonly url: string;
  readonly pieces: number;
  readonly while: 'watch' | 'drag';
};

/** The times between frames, in milliseconds. */
export type Frames = { readonly median: number; readonly p99: number };

/** The time, or why there is none. `frames`: the answer to an order of frames. */
export type ViewAnswer = { readonly ms: number } | { readonly frames: Frames } | { readonly error: string };
