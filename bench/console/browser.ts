import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Frames, FramesOrder, ViewAnswer, ViewOrder } from '../../console/testing/view-orders.ts';

/** A browser in a process of its own. */
export type MeasuringBrowser = {
  /** Executes an order, and returns its time in milliseconds. */
  readonly time: (order: Exclude<ViewOrder, FramesOrder>) => Promise<number>;
  /** Counts the frames of a map. */
  readonly frames: (order: Omit<FramesOrder, 'kind'>) => Promise<Frames>;
  readonly stop: () => Promise<void>;
};

const PROGRAM = join(import.meta.dirname, '../../console/testing/measure-views.ts');

/** Starts Chromium. */
export async function startMeasuringBrowser(): Promise<MeasuringBrowser> {
  const child = fork(PROGRAM);
  const answer = async (): Promise<Exclude<ViewAnswer, { error: string }>> => {
    const settled = new AbortController();
    const { signal } = settled;
    const [found] = (await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }),
    ])) as [ViewAnswer | number];
    settled.abort();
    if (typeof found !== 'object') throw new Error(`the browser's process ended with ${found}`);
    if ('error' in found) throw new Error(found.error);
    return found;
  };
  await answer();
  return {
    async time(order) {
      child.send(order);
      const found = await answer();
      return 'ms' in found ? found.ms : NaN;
    },
    async frames(order) {
      child.send({ kind: 'frames', ...order } satisfies FramesOrder);
      const found = await answer();
      return 'frames' in found ? found.frames : { median: NaN, p99: NaN };
    },
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
