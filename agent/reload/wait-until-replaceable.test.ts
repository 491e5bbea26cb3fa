import { expect, test } from 'vitest';
import { starting } from '../supervisor/state.ts';
import { waitUntilReplaceable } from './wait-until-replaceable.ts';

const never = new AbortController().signal;

test('a reload waits until Envoy can be replaced', async () => {
  let asked = 0;
  const supervisor = { state: () => starting(1), isReplaceable: () => (asked += 1) > 3 };
  await waitUntilReplaceable({ supervisor, stop: never, limitMs: 60_000 }, 'hot restart');
  expect(asked).toBe(4);
});

test('after the limit, or when the agent stops, the reload is refused', async () => {
  const supervisor = { state: () => starting(1), isReplaceable: () => false };
  const refusal = { code: 'RELOAD_NOT_NOW', message: expect.stringContaining('starting') as unknown };
  const wait = (stop: AbortSignal, limitMs: number) =>
    waitUntilReplaceable({ supervisor, stop, limitMs }, 'restart');
  await expect(wait(never, 60)).rejects.toMatchObject(refusal);
  const stop = new AbortController();
  const waiting = wait(stop.signal, 600_000);
  stop.abort();
  await expect(waiting).rejects.toMatchObject(refusal);
});
