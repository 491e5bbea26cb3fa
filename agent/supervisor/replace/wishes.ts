import type { Replaced, Replacement } from './replacement.ts';
import type { Asked } from '../watch-event.ts';

/** The place where the watch of an Envoy receives requests to replace it. */
export type Wishes = {
  /** Receives the first request from now on. The watch closes the place when it ends. */
  readonly open: () => OpenWishes;
  readonly isOpen: () => boolean;
  /** Passes a request to the watch. Resolves with its outcome: `not now` if no watch receives it. */
  readonly ask: (wish: Replacement) => Promise<Replaced>;
};

/** A place that receives one request. */
export type OpenWishes = {
  readonly asked: Promise<Asked>;
  /** Receives no further request. Answers a request that came together with another event that the watch preferred. */
  readonly close: (isTaken: boolean) => void;
};

/** Creates a closed place. */
export function createWishes(): Wishes {
  let take: ((asked: Asked) => void) | undefined;
  return {
    open() {
      const { promise, resolve } = Promise.withResolvers<Asked>();
      const given: Asked[] = [];
      take = (asked) => {
        take = undefined;
        given.push(asked);
        resolve(asked);
      };
      return {
        asked: promise,
        close(isTaken) {
          take = undefined;
          if (!isTaken) for (const { answer } of given) answer({ kind: 'not now' });
        },
      };
    },
    isOpen: () => take !== undefined,
    async ask(wish) {
      if (take === undefined) return { kind: 'not now' };
      const { promise, resolve } = Promise.withResolvers<Replaced>();
      take({ wish, answer: resolve });
      return await promise;
    },
  };
}
