import { setTimeout as sleep } from 'node:timers/promises';

/** From one to the next, in milliseconds, where there is time. */
const STEP_MS = 5;

/**
 * Does something to one after another, `STEP_MS` apart, or closer, so that all are done within `limitMs`: those who come back
 * because of it do not all come at once. Once `signal` is given, the rest is done at once.
 */
export async function pace<T>(
  items: readonly T[],
  limitMs: number,
  act: (item: T) => void,
  signal?: AbortSignal,
): Promise<void> {
  const stepMs = Math.min(STEP_MS, limitMs / Math.max(1, items.length));
  const start = performance.now();
  for (const [index, item] of items.entries()) {
    const wait = start + index * stepMs - performance.now();
    if (wait > 0 && signal?.aborted !== true) {
      await sleep(wait, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    }
    act(item);
  }
}
