import type { Log } from '../../../common/log.ts';
import type { Store } from '../../store/store.ts';

/** Sends texts to the other replicas, one after another, so that they use one connection of the store. */
export type Outbox = {
  /** Sends texts. Resolves with whether all have been sent; never rejects. */
  readonly send: (texts: readonly string[]) => Promise<boolean>;
};

/** The most texts that wait: the answers to sixteen questions. If the store is slower, further texts are not sent, and their reader learns whose latencies are missing. */
const MOST_WAITING = 400;

/** Creates an empty outbox. */
export function createOutbox(store: Pick<Store, 'announce'>, log: Log): Outbox {
  let waiting = 0;
  let isFailing = false;
  let turn: Promise<unknown> = Promise.resolve();

  async function sendAll(texts: readonly string[]): Promise<boolean> {
    try {
      for (const text of texts) await store.announce(text);
      isFailing = false;
      return true;
    } catch (error) {
      if (!isFailing) log.warn({ err: error }, 'cannot ask the other replicas for latencies, or answer them');
      isFailing = true;
      return false;
    } finally {
      waiting -= texts.length;
    }
  }

  return {
    async send(texts) {
      if (waiting + texts.length > MOST_WAITING) return false;
      waiting += texts.length;
      const sent = turn.then(() => sendAll(texts));
      turn = sent;
      return sent;
    },
  };
}
