import { SLOT_SECONDS, type LiveFigures } from '../../../common/contracts/reports.ts';
import { SLOT_MS } from './slots.ts';
import type { Watch } from '../watches.ts';
import { writeFigures, type EncodedFigures } from './write-figures.ts';

/** How many proxies report, and which ones do not. */
export type Coverage = Pick<LiveFigures, 'reporting' | 'missing'>;

/** The newest `slots` of a mesh. `after`: only those after the slot of that time, in milliseconds since 1970, which a reader has seen. */
export type Range = { readonly slots: number; readonly after?: number | undefined };

/** Figures of slots that ended, kept until the next slot ends: a slot that ended does not grow any more. */
export type KeptFigures = {
  /** Readers of the same slots get the same object. */
  readonly figuresOf: (watch: Watch, range: Range, coverage: Coverage) => EncodedFigures;
};

type Made = { readonly key: string; readonly last: number; readonly figures: EncodedFigures };
/** Consoles and `daybreak top` ask for two ranges. */
const MOST_KEPT = 3;

/** Creates an empty table. `now`: a monotonic clock in milliseconds. */
export function createKeptFigures(now: () => number): KeptFigures {
  const made = new WeakMap<Watch, readonly Made[]>();
  return {
    figuresOf(watch, range, coverage) {
      const { first, last } = watch.own.kept();
      // The present time comes from the wall clock, distances from the monotonic one: a wall clock that jumps moves all times together.
      const offset = Date.now() - now();
      const count = Math.max(
        0,
        Math.min(range.slots, last - first + 1, slotsAfter(range.after, last, offset)),
      );
      const key = JSON.stringify([last, count, coverage]);
      const kept = made.get(watch) ?? [];
      const known = kept.find((each) => each.key === key);
      if (known !== undefined) return known.figures;
      const slots = Array.from({ length: count }, (_, index) => last - count + 1 + index);
      const { owner, mesh } = watch.mesh;
      const figures = writeFigures({
        own: watch.own,
        others: watch.others,
        slots,
        head: {
          mesh,
          meshOwner: owner,
          source: 'agents',
          slotSeconds: SLOT_SECONDS,
          times: slots.map((slot) => timeOf(slot, offset)),
          linesLeftOut: watch.own.leftOut() + watch.others.leftOut(),
          ...coverage,
        },
      });
      const current = kept.filter((each) => each.last === last);
      made.set(watch, [{ key, last, figures }, ...current].slice(0, MOST_KEPT));
      return figures;
    },
  };
}

/** How many slots ended after the one of this time. The clocks of two control planes differ, so half a slot is the margin. */
function slotsAfter(time: number | undefined, last: number, offset: number): number {
  return time === undefined ? Infinity : Math.ceil((timeOf(last, offset) - time) / SLOT_MS - 0.5);
}

function timeOf(slot: number, offset: number): number {
  return Math.round(offset + slot * SLOT_MS);
}
