import { setTimeout as sleep } from 'node:timers/promises';

/** Longest interval between two items, in milliseconds. */
const STEP_MS = 5;

/**
 * Calls `act` for one item after another, `STEP_MS` apart, or closer to finish within `limitMs`: clients that reconnect because
 * of it do not all come at once. After `signal` is aborted, the remaining items follow without delay.
 */
export async function spread<T>(
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
