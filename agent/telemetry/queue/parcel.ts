/** Encoded items for a receiver: metric points, spans or log records. */
export type Parcel = { readonly items: number; readonly bytes: Uint8Array };

/** The end of one attempt to send a parcel. */
export type Outcome =
  /** `rejected`: items that the receiver did not take, with its words. */
  | { readonly kind: 'taken'; readonly rejected?: number; readonly words?: string }
  /** Worth another attempt, not before `afterMs`. */
  | { readonly kind: 'away'; readonly reason: string; readonly afterMs?: number }
  /** Another attempt would have the same end. */
  | { readonly kind: 'refused'; readonly reason: string };
