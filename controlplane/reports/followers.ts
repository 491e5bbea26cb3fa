import type { EncodedFigures } from './figures/write-figures.ts';
import type { Watch } from './watches.ts';

/** A reader that is called with each slot that ended. */
export type Listener = (figures: EncodedFigures) => void;

/** The readers that follow watches. */
export type Followers = {
  /** Adds a listener. Returns a function that removes it, and says whether it was still there. */
  readonly add: (watch: Watch, listener: Listener) => () => boolean;
  /** Calls the listeners of a watch. Does not ask for figures without one. */
  readonly tell: (watch: Watch, figures: () => EncodedFigures) => void;
};

/** Creates the table without followers. It keeps the number of streams of each watch. */
export function createFollowers(): Followers {
  const listeners = new WeakMap<Watch, Set<Listener>>();
  return {
    add(watch, listener) {
      const told = listeners.get(watch) ?? new Set();
      listeners.set(watch, told.add(listener));
      watch.streams += 1;
      return () => {
        if (!told.delete(listener)) return false;
        watch.streams -= 1;
        return true;
      };
    },
    tell(watch, figures) {
      const told = listeners.get(watch);
      if (told === undefined || told.size === 0) return;
      const made = figures();
      for (const listener of told) listener(made);
    },
  };
}
