import { expect, test } from 'vitest';
import { added, merged, percentiles } from './histogram.ts';

const range = (from: number, count: number, width = 1) => ({ from, width, count });
const NONE = [0, 0, 0, 0, 0] as const;

test('percentiles lie within the range that holds them', () => {
  const ranges = [range(1, 50, 0.1), range(10, 45), range(100, 5, 10)];
  expect(percentiles(ranges)).toEqual({ p50: 1.1, p95: 11, p99: 108 });
  expect(percentiles([])).toBeNull();
});

test('proxies of a line add up, and do not average', () => {
  const fast = { ranges: [range(1, 90)], responses: [0, 90, 0, 0, 0] as const };
  const slow = { ranges: [range(1, 5), range(500, 5)], responses: [0, 5, 0, 0, 5] as const };
  const { ranges, responses } = merged([fast, slow]);
  expect(responses).toEqual([0, 95, 0, 0, 5]);
  expect(percentiles(ranges)?.p99).toBeCloseTo(500.8);
});

test('only what came between two readings counts; after a restart of Envoy, all of the second one', () => {
  const before = { ranges: [range(1, 10), range(5, 1)], responses: [0, 11, 0, 0, 0] as const };
  const after = { ranges: [range(1, 10), range(5, 4)], responses: [0, 12, 0, 0, 2] as const };
  expect(added(before, after)).toEqual({ ranges: [range(5, 3)], responses: [0, 1, 0, 0, 2] });
  expect(added(undefined, after)).toEqual(after);
  const restarted = { ranges: [range(1, 2)], responses: [0, 2, 0, 0, 0] as const };
  expect(added(before, restarted)).toEqual(restarted);
  expect(added(before, before)).toEqual({ ranges: [], responses: NONE });
});
