import { expect, it } from 'vitest';
import { MOST_ATTEMPTS, repeatWhileStale, STALE } from './repeat-while-stale.ts';

/** A write that loses `lost` times. `steps`: what happened, in order; a wait is its length in milliseconds. */
function race(lost: number) {
  const steps: (string | number)[] = [];
  const written = repeatWhileStale(
    {
      what: 'the mesh',
      catchUp: async () => void steps.push('catch up'),
      wait: async (ms) => void steps.push(ms),
    },
    async () => {
      steps.push('attempt');
      return steps.filter((step) => step === 'attempt').length > lost ? 'written' : STALE;
    },
  );
  return { steps, written, waits: () => steps.filter((step) => typeof step === 'number') };
}

it('repeats a write that another replica made stale: at once, then after waits, each time with what the other has written', async () => {
  const { steps, written } = race(2);
  expect(await written).toBe('written');
  const wait: unknown = expect.any(Number);
  expect(steps).toEqual(['attempt', 'catch up', 'attempt', wait, 'catch up', 'attempt']);
});

it('waits longer each time, at random, and 100 ms at most', async () => {
  const { written, waits } = race(MOST_ATTEMPTS - 1);
  expect(await written).toBe('written');
  expect(waits()).toHaveLength(MOST_ATTEMPTS - 2);
  waits().forEach((ms, index) => {
    expect(ms).toBeGreaterThanOrEqual(0);
    expect(ms).toBeLessThanOrEqual(Math.min(2 ** (index + 1), 100));
  });
  expect(new Set(waits()).size).toBe(waits().length);
});

it('gives up after 60 attempts, and the error names the write: the API answers 503', async () => {
  const { steps, written } = race(MOST_ATTEMPTS);
  await expect(written).rejects.toMatchObject({
    code: 'STORE_BUSY',
    status: 503,
    message: expect.stringContaining('could not write the mesh in 60 attempts'),
  });
  expect(steps.filter((step) => step === 'attempt')).toHaveLength(MOST_ATTEMPTS);
});

it('does not repeat a write that failed', async () => {
  let made = 0;
  const written = repeatWhileStale({ what: 'the mesh', catchUp: () => Promise.resolve() }, () => {
    made += 1;
    return Promise.reject(new Error('the disk is full'));
  });
  await expect(written).rejects.toThrow('the disk is full');
  expect(made).toBe(1);
});
