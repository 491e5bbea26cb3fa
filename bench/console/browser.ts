import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ViewAnswer, ViewOrder } from '../../console/testing/view-orders.ts';

/** A browser in a process of its own. */
export type MeasuringBrowser = {
  /** Carries an order out, and returns its time in milliseconds. */
  readonly time: (order: ViewOrder) => Promise<number>;
  readonly stop: () => Promise<void>;
};

const PROGRAM = join(import.meta.dirname, '../../console/testing/measure-views.ts');

/** Starts Chromium. */
export async function startMeasuringBrowser(): Promise<MeasuringBrowser> {
  const child = fork(PROGRAM);
  const answer = async (): Promise<number> => {
    const settled = new AbortController();
    const { signal } = settled;
    const [found] = (await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }),
    ])) as [ViewAnswer | number];
    settled.abort();
    if (typeof found !== 'object') throw new Error(`the browser's process ended with ${found}`);
    if ('error' in found) throw new Error(found.error);
    return found.ms;
  };
  await answer();
  return {
    async time(order) {
      child.send(order);
      return answer();
    },
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
