import type { Log } from '../../common/log.ts';
import type { Store } from '../store/store.ts';

/** Sends texts to the other replicas, one after another, so that they use one connection of the store. */
export type Outbox = {
  /** Sends texts. Resolves with whether all have been sent; never rejects. */
  readonly send: (texts: readonly string[]) => Promise<boolean>;
};

/** Inputs. `most`: texts that wait; if the store is slower, further ones are not sent. `failure`: what the log says when the store fails. */
export type OutboxOptions = { readonly log: Log; readonly most: number; readonly failure: string };

/** Creates an empty outbox. */
export function createOutbox(store: Pick<Store, 'announce'>, { log, most, failure }: OutboxOptions): Outbox {
  let waiting = 0;
  let isFailing = false;
  let turn: Promise<unknown> = Promise.resolve();

  async function sendAll(texts: readonly string[]): Promise<boolean> {
    try {
      for (const text of texts) await store.announce(text);
      isFailing = false;
      return true;
    } catch (error) {
      if (!isFailing) log.warn({ err: error }, failure);
      isFailing = true;
      return false;
    } finally {
      waiting -= texts.length;
    }
  }

  return {
    async send(texts) {
      if (waiting + texts.length > most) return false;
      waiting += texts.length;
      const sent = turn.then(() => sendAll(texts));
      turn = sent;
      return sent;
    },
  };
}
