import { setTimeout as sleep } from 'node:timers/promises';

/** How long to try, and how often, in milliseconds. Default: for 120,000, every 50. */
export type Patience = { readonly limitMs?: number; readonly everyMs?: number };

/**
 * Calls `ask` repeatedly until it returns neither `undefined` nor `false` and does not throw, and returns that answer.
 * @throws Error that says what was waited for, how long, and how the last attempt failed (its error is the cause).
 */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  { limitMs = 120_000, everyMs = 50 }: Patience = {},
): Promise<Exclude<T, undefined | false>> {
  const end = Date.now() + limitMs;
  for (;;) {
    const last = await attempt(ask);
    if ('answer' in last && last.answer !== undefined && last.answer !== false) {
      return last.answer as Exclude<T, undefined | false>;
    }
    if (Date.now() + everyMs > end) {
      const cause = 'error' in last ? last.error : undefined;
      const why = cause === undefined ? '' : `: ${cause.message}`;
      throw new Error(`not within ${limitMs} ms: ${what}${why}`, { cause });
    }
    await sleep(everyMs);
  }
}

async function attempt<T>(ask: () => T | Promise<T>): Promise<{ answer: T } | { error: Error }> {
  try {
    return { answer: await ask() };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error('thrown', { cause: error }) };
  }
}
