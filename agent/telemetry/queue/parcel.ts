/** Encoded items for a receiver: metric points, spans or log records. */
export type Parcel = { readonly items: number; readonly bytes: Uint8Array };

/** The end of one attempt to send a parcel. */
export type Outcome =
  /** `rejected`: the number of items that the receiver rejected; `words`: its message. */
  | { readonly kind: 'taken'; readonly rejected?: number; readonly words?: string }
  /** The attempt may be repeated, after `afterMs`. */
  | { readonly kind: 'away'; readonly reason: string; readonly afterMs?: number }
  /** Another attempt would fail too. */
  | { readonly kind: 'refused'; readonly reason: string };
