import { expect, test } from 'vitest';
import { drain, type DrainAdmin } from './drain.ts';

const quiet = async () => new Map<string, number>();

/** An Envoy whose first answers to the call that begins the drain are errors. */
function admin(failures: number): DrainAdmin & { readonly calls: readonly string[] } {
  const calls: string[] = [];
  return {
    calls,
    async drainListeners() {
      calls.push('drain');
      if (calls.length <= failures) throw new Error('The operation was aborted due to timeout');
    },
    async closeListeners() {
      calls.push('close');
    },
    stats: quiet,
  };
}

test('an Envoy whose admin interface does not answer for a time is drained as soon as it answers: after three attempts the agent ended it, with its requests', async () => {
  const busy = admin(4);
  expect(await drain(busy, 120_000, new AbortController().signal)).toMatchObject({ how: 'no traffic left' });
  expect(busy.calls).toEqual(['drain', 'drain', 'drain', 'drain', 'drain', 'close']);
});

test('an Envoy whose admin interface never answers keeps its time limit for active requests, and a second signal ends it', async () => {
  const mute = admin(Infinity);
  expect(await drain(mute, 50, new AbortController().signal)).toEqual({ how: 'Envoy does not answer' });
  const cut = new AbortController();
  const drained = drain(mute, 120_000, cut.signal);
  cut.abort();
  expect(await drained).toEqual({ how: 'second signal' });
});
