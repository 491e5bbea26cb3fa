import type { Log } from '../../common/log.ts';
import { StoreError } from './errors.ts';
import type { Store } from './store.ts';

/** A store whose commits are watched. */
export type WatchedStore = {
  readonly store: Store;
  /** Why the store does not take writes; undefined where it does, as far as is known. */
  readonly failure: () => StoreError | undefined;
  /** Ends the attempts to write; one that is under way is not waited for. */
  readonly close: () => void;
};

/** The longest time from one attempt to write to the next, in milliseconds; each is shortened by up to a fifth at random. */
const EVERY_MS = 5000;

/**
 * Tries a write of its own at once, and remembers that it, or a commit, failed. From then on it tries every few seconds, each
 * time within the store's own time limit, until a write succeeds. Damage does not pass: there only a commit that succeeds says
 * otherwise.
 */
export function watchWrites(store: Store, log: Log): WatchedStore {
  let failure: StoreError | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const succeed = (): void => {
    if (failure !== undefined) log.info('the store takes writes again');
    failure = undefined;
  };
  const fail = (error: StoreError): void => {
    if (failure === undefined) log.error({ err: error }, 'the store does not take writes');
    failure = error;
    tryLater();
  };
  const tryLater = (): void => {
    if (isClosed || failure === undefined) return;
    timer ??= setTimeout(() => void attempt(), EVERY_MS * (1 - Math.random() / 5)).unref();
  };
  const attempt = async (): Promise<void> => {
    timer = undefined;
    try {
      await store.probe();
      if (failure?.code !== 'damaged') succeed();
    } catch (error) {
      if (failure !== undefined) log.warn({ err: error }, 'the store does not take writes yet');
      else if (error instanceof StoreError) fail(error);
    }
    tryLater();
  };
  void attempt();

  return {
    store: {
      ...store,
      commit: async (write) => {
        try {
          const written = await store.commit(write);
          if (written.outcome === 'committed') succeed();
          return written;
        } catch (error) {
          if (error instanceof StoreError) fail(error);
          throw error;
        }
      },
    },
    failure: () => failure,
    close: () => {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
