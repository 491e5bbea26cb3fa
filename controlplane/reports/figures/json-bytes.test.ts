import { expect, test } from 'vitest';
import { createJsonBytes } from './json-bytes.ts';

const NUMBERS = [
  0,
  1,
  9,
  10,
  99,
  100,
  1.5,
  0.05,
  0.5,
  0.01,
  0.004,
  0.005,
  12.34,
  99.999,
  1_000_000,
  123_456.78,
  21_474_836.47,
  21_474_836.48,
  2 ** 32,
  1e15,
  1e21,
  3.4e38,
  -1,
  -0.5,
  -0.001,
  -123.4,
];

test('numbers are as JSON.stringify writes them, with two digits', () => {
  const out = createJsonBytes(1);
  for (const [index, number] of NUMBERS.entries()) {
    out.text(index === 0 ? '[' : ',');
    out.hundredths(number);
  }
  out.text(']');
  const text = out.finish().toString();
  expect(text).toBe(JSON.stringify(NUMBERS.map((number) => Math.round(number * 100) / 100)));
});

test('any number is as JSON.stringify writes it', () => {
  const numbers = Array.from({ length: 20_000 }, () => Math.random() * 10 ** Math.floor(Math.random() * 9));
  const out = createJsonBytes(64);
  out.text(`[0`);
  for (const number of numbers) {
    out.text(',');
    out.hundredths(number);
  }
  out.text(']');
  expect(JSON.parse(out.finish().toString())).toEqual([
    0,
    ...numbers.map((each) => Math.round(each * 100) / 100),
  ]);
});

test.each([[undefined], [NaN], [Infinity], [-Infinity]])('%s is null', (value) => {
  const out = createJsonBytes(1);
  out.hundredths(value);
  expect(out.finish().toString()).toBe('null');
});

test('text beyond ASCII keeps its characters while the buffer grows', () => {
  const out = createJsonBytes(1);
  for (let count = 0; count < 1000; count += 1) out.text('ü漢🙂');
  expect(out.finish().toString()).toBe('ü漢🙂'.repeat(1000));
});
