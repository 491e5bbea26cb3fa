import { expect, it } from 'vitest';
import { createRecentRefusals } from './recent-refusals.ts';

const A = { kind: 'virtualNode', owner: '111122223333', mesh: 'm', parent: '', name: 'a' } as const;
const NOT_BOUND = { code: 'NOT_BOUND', reason: 'r' };

it('keeps the latest refusal of each agent until it gets a certificate, or for a quarter of an hour', () => {
  let now = 0;
  const refusals = createRecentRefusals(() => now);
  refusals.refused(A, '10.0.0.1', { code: 'STS_AWAY', reason: 's' });
  refusals.refused(A, '10.0.0.2', NOT_BOUND);
  refusals.refused(A, '10.0.0.1', NOT_BOUND);
  expect(refusals.list()).toMatchObject([
    { from: '10.0.0.1', ...NOT_BOUND, attempts: 2 },
    { from: '10.0.0.2', ...NOT_BOUND, attempts: 1 },
  ]);
  refusals.issued(A, '10.0.0.2');
  expect(refusals.list()).toHaveLength(1);
  now = 15 * 60_000;
  expect(refusals.list()).toEqual([]);
});

it('is bounded: strangers with many addresses push out the oldest ones', () => {
  const refusals = createRecentRefusals();
  for (let host = 0; host < 1000; host += 1)
    refusals.refused(A, `10.0.${host >> 8}.${host & 255}`, NOT_BOUND);
  expect(refusals.list()).toHaveLength(200);
  expect(refusals.list()[0]?.from).toBe('10.0.3.231');
});
