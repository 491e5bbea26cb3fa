import { expect, test } from 'vitest';
import { createTally } from './tally.ts';

test.each([
  { told: [], shares: {} },
  { told: ['white'], shares: { white: 1 } },
  { told: ['red', 'blue', 'blue'], shares: { red: 0.33, blue: 0.67 } },
  { told: ['white', 'white', 'blue', 'red'], shares: { white: 0.5, blue: 0.25, red: 0.25 } },
])('of $told the shares are $shares', ({ told, shares }) => {
  const tally = createTally();
  for (const color of told) tally.add(color);
  expect(tally.shares()).toEqual(shares);
});

test('a cleared tally begins again', () => {
  const tally = createTally();
  tally.add('white');
  tally.clear();
  expect(tally.shares()).toEqual({});
  tally.add('blue');
  expect(tally.shares()).toEqual({ blue: 1 });
});
