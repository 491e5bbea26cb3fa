import { expect, it } from 'vitest';
import { coalesceRuns } from './coalesce-runs.ts';

/** A run that ends when `end` is called. */
function gated() {
  const gates: PromiseWithResolvers<void>[] = [];
  const counts = { begun: 0, active: 0, most: 0 };
  const call = coalesceRuns(async () => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    counts.begun += 1;
    counts.active += 1;
    counts.most = Math.max(counts.most, counts.active);
    try {
      await gate.promise;
    } finally {
      counts.active -= 1;
    }
  });
  return {
    call,
    counts,
    end: () => gates.shift()?.resolve(),
    fail: () => gates.shift()?.reject(new Error('no')),
  };
}

/** Lets all promises settle. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

it('gives all calls during a run the same next one', async () => {
  const { call, counts, end } = gated();
  const first = call();
  const others = [call(), call()];
  expect(others[0]).toBe(others[1]);
  end();
  await first;
  await settle();
  expect(counts).toEqual({ begun: 2, active: 1, most: 1 });
  end();
  await Promise.all(others);
  expect(counts).toEqual({ begun: 2, active: 0, most: 1 });
});

it.each([
  'end',
  'fail',
] as const)('has one run at a time also for calls between the %s of a run and the start of the next', async (how) => {
  const gates = gated();
  const { call, counts } = gates;
  const all = [call(), call()];
  gates[how]();
  for (let turn = 0; turn < 20; turn += 1) {
    all.push(call());
    await Promise.resolve();
  }
  for (let run = 0; run < 5; run += 1) {
    await settle();
    gates.end();
  }
  await Promise.allSettled(all);
  expect(counts).toEqual({ begun: 3, active: 0, most: 1 });
});
