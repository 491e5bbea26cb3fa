import { expect, test } from 'vitest';
import { BenchUsageError, readRounds } from './bench.ts';

test('rounds are a whole number up to a limit', () => {
  expect(readRounds('1', 99)).toBe(1);
  expect(readRounds('99', 99)).toBe(99);
});

test.each(['0', '-1', '1.5', '1e1', '01', ' 1', '', 'x', '100'])('%j rounds are a usage error', (text) => {
  expect(() => readRounds(text, 99)).toThrow(BenchUsageError);
});
