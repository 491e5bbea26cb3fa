import { expect, test } from 'vitest';
import { formatGoDuration, goDuration } from './go-duration.ts';

const parse = goDuration(1, 299_999);

test.each([
  ['5s', 5000],
  ['1m30s', 90_000],
  ['500ms', 500],
  ['1.5s', 1500],
  ['2000us', 2],
  ['2000µs', 2],
  ['1000000ns', 1],
])('%s', (text, ms) => {
  expect(parse(text)).toEqual({ value: ms });
});

test.each(['5', '', 's', '5 s', '5x', '-5s', '5m', '1us', '5s5'])('%j is refused', (text) => {
  expect(parse(text)).toEqual({ wanted: expect.stringContaining('from 1ms to 4m59s') });
});

test.each([
  [0, '0s'],
  [7, '7ms'],
  [2900, '2s'],
  [90_000, '1m30s'],
  [3_723_000, '1h2m3s'],
])('%d ms is printed as %s', (ms, text) => {
  expect(formatGoDuration(ms)).toBe(text);
});
