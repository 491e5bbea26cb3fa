import { coded } from '../codes.ts';
import type { Log } from '../../common/log.ts';
import { StoreError } from './errors.ts';
import type { Store } from './store.ts';

/** A store whose writes are monitored. */
export type WatchedStore = {
  readonly store: Store;
  /** The error of the last failed write; undefined if writes succeed. */
  readonly failure: () => StoreError | undefined;
  /** Stops the probes, without waiting for a probe in progress. */
  readonly close: () => void;
};

/** The longest time between two probes, in milliseconds; jitter shortens it by up to a fifth. */
const EVERY_MS = 5000;

/**
 * Probes the store at once, and records a failed probe or commit. While writes fail, it probes every few seconds, within the
 * store's own time limit, until a write succeeds. A probe cannot clear the state `damaged`: only a successful commit does.
 */
export function watchWrites(store: Store, log: Log): WatchedStore {
  let failure: StoreError | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const succeed = (): void => {
    if (failure !== undefined) log.info('writes to the store succeed again');
    failure = undefined;
  };
  const fail = (error: StoreError): void => {
    if (failure === undefined)
      log.error(coded('STORE_WRITES_FAIL', { err: error }), 'writes to the store fail');
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
      if (failure?.code !== 'STORE_DAMAGED') succeed();
    } catch (error) {
      if (failure !== undefined)
        log.warn(coded('STORE_WRITES_FAIL', { err: error }), 'writes to the store still fail');
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
