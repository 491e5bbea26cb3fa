import type { EncodedFigures } from './figures/write-figures.ts';
import type { Watch } from './watches.ts';

/** A reader that is called with each slot that ended. */
export type Listener = (figures: EncodedFigures) => void;

/** The readers that follow watches. */
export type Followers = {
  /** Adds a listener that has seen the slots that have ended. Returns a function that removes it, and says whether it was still there. */
  readonly add: (watch: Watch, listener: Listener) => () => boolean;
  /**
   * Calls the listeners of a watch with the slots that ended since they were called before: one, or more after a pause of the whole process.
   * Does not ask for figures without a listener.
   */
  readonly tell: (watch: Watch, newest: (slots: number) => EncodedFigures) => void;
};

/** Creates the table without followers. It keeps the number of streams of each watch. */
export function createFollowers(): Followers {
  /** The newest slot that each listener has seen. */
  const seen = new WeakMap<Watch, Map<Listener, number>>();
  return {
    add(watch, listener) {
      const told = seen.get(watch) ?? new Map<Listener, number>();
      seen.set(watch, told.set(listener, watch.own.kept().last));
      watch.streams += 1;
      return () => {
        if (!told.delete(listener)) return false;
        watch.streams -= 1;
        return true;
      };
    },
    tell(watch, newest) {
      const { last } = watch.own.kept();
      for (const [listener, before] of seen.get(watch) ?? []) {
        if (before >= last) continue;
        seen.get(watch)?.set(listener, last);
        listener(newest(last - before));
      }
    },
  };
}
