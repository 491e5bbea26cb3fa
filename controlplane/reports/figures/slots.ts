import { KEPT_SECONDS, SLOT_SECONDS } from '../../../common/contracts/reports.ts';

/** The length of a slot, in milliseconds. */
export const SLOT_MS = SLOT_SECONDS * 1000;

/** Slots that readers see. */
export const KEPT_SLOTS = KEPT_SECONDS / SLOT_SECONDS;

/** Slots of a ring: those that readers see, and the two that still grow. */
export const RING = KEPT_SLOTS + 2;

/** Returns the number of the slot at a time of a monotonic clock, in milliseconds. */
export function slotAt(now: number): number {
  return Math.floor(now / SLOT_MS);
}

/** The share of a report that belongs to a slot. `share`: of its counts. `filled`: the part of the slot that the report covers. */
export type Portion = { readonly slot: number; readonly share: number; readonly filled: number };

/**
 * Divides a report that arrives now among the current slot and the one before it, by the time that it covers. So figures do not swing if
 * the reports of a proxy arrive at the border of two slots. If a report covers more time, only its share of these two counts: the rate
 * stays right, and a report of an hour makes no peak.
 */
export function portionsOf(coversMs: number, now: number): readonly Portion[] {
  const current = slotAt(now);
  const covers = Math.max(1, coversMs);
  const portion = (slot: number): Portion => {
    const start = slot * SLOT_MS;
    const ms = Math.max(0, Math.min(now, start + SLOT_MS) - Math.max(now - covers, start));
    return { slot, share: ms / covers, filled: ms / SLOT_MS };
  };
  return [portion(current - 1), portion(current)].filter(({ share }) => share > 0);
}
