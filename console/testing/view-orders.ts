/** An order. `url`: a page of the console, opened by a new browser context, without cache and cookies, except for `move`. */
export type ViewOrder =
  | { readonly kind: 'view'; readonly url: string; readonly pieces: number }
  | { readonly kind: 'figures'; readonly url: string }
  | { readonly kind: 'move'; readonly url: string; readonly weight: number };

/** The time, or why there is none. */
export type ViewAnswer = { readonly ms: number } | { readonly error: string };
