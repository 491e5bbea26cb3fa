import { SLOT_SECONDS, type LiveFigures } from '../../common/contracts/reports.ts';
import { readFigures } from './read-figures.ts';
import type { Watch } from './watches.ts';

/** How many proxies report, and which ones do not. */
export type Coverage = Pick<LiveFigures, 'reporting' | 'missing'>;

/** Figures of slots that ended, kept until the next slot ends: a slot that ended does not grow any more. */
export type KeptFigures = {
  /** The newest slots. Readers of the same slots get the same object. */
  readonly figuresOf: (watch: Watch, slots: number, coverage: Coverage) => LiveFigures;
};

type Made = { readonly key: string; readonly last: number; readonly figures: LiveFigures };
/** Consoles and `daybreak top` ask for two ranges. */
const MOST_KEPT = 3;

/** Creates an empty table. `now`: a monotonic clock in milliseconds. */
export function createKeptFigures(now: () => number): KeptFigures {
  const made = new WeakMap<Watch, readonly Made[]>();
  return {
    figuresOf(watch, slots, coverage) {
      const { last } = watch.own.kept();
      const key = JSON.stringify([last, slots, coverage]);
      const kept = made.get(watch) ?? [];
      const known = kept.find((each) => each.key === key);
      if (known !== undefined) return known.figures;
      const { owner, mesh } = watch.mesh;
      const figures: LiveFigures = {
        mesh,
        meshOwner: owner,
        source: 'agents',
        slotSeconds: SLOT_SECONDS,
        ...readFigures(watch.own, watch.others, last - slots + 1, { wallMs: Date.now(), now: now() }),
        linesLeftOut: watch.own.leftOut() + watch.others.leftOut(),
        ...coverage,
      };
      const current = kept.filter((each) => each.last === last);
      made.set(watch, [{ key, last, figures }, ...current].slice(0, MOST_KEPT));
      return figures;
    },
  };
}
