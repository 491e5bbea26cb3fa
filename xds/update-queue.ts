import type { XdsStream } from './protocol/stream.ts';

/** A queue of streams whose snapshot has changed since their last update. */
export type UpdateQueue = {
  /** Updates a stream in one of the next turns of the event loop. */
  add(stream: XdsStream): void;
  delete(stream: XdsStream): void;
};

/** Creates a queue that updates streams for at most `turnMs` at a time, so that requests are read in between. */
export function createUpdateQueue(turnMs: number): UpdateQueue {
  const outdated = new Set<XdsStream>();

  function updateSome(): void {
    const end = performance.now() + turnMs;
    for (const stream of outdated) {
      outdated.delete(stream);
      stream.update();
      if (performance.now() >= end) break;
    }
    if (outdated.size > 0) setImmediate(updateSome);
  }

  return {
    add(stream) {
      if (outdated.size === 0) setImmediate(updateSome);
      outdated.add(stream);
    },
    delete: (stream) => void outdated.delete(stream),
  };
}
