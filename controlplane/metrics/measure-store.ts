import type { Store } from '../store/store.ts';
import type { Metrics } from './metrics.ts';

/** Wraps a store to count and time its commits. */
export function measureStore(store: Store, metrics: Metrics): Store {
  return {
    ...store,
    commit: async (write) => {
      const start = performance.now();
      const seconds = (): number => (performance.now() - start) / 1000;
      try {
        const written = await store.commit(write);
        metrics.commit(written.outcome, seconds());
        return written;
      } catch (error) {
        metrics.commit('failed', seconds());
        throw error;
      }
    },
  };
}
