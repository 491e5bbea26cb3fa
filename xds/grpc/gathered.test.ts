import { expect, test } from 'vitest';
import { whileGathered } from './gathered.ts';

const pieces = (...texts: readonly string[]): readonly Buffer[] => texts.map((text) => Buffer.from(text));
const text = (whole: Buffer): string => whole.toString();

test('pieces are one while they are used', () => {
  expect(whileGathered(pieces('re', '', 'd'), text)).toBe('red');
  expect(whileGathered([], text)).toBe('');
});

test('what was used before is overwritten; what is longer than ever fits', () => {
  const kept = whileGathered(pieces('red', 'red'), (whole) => whole);
  expect(whileGathered(pieces('bl', 'ue'), text)).toBe('blue');
  expect(text(kept)).toBe('blueed');
  const long = 'x'.repeat(3 << 20);
  expect(whileGathered(pieces('red', long), text)).toBe(`red${long}`);
});

test('pieces that are gathered while others are used disturb none of them', () => {
  const both = whileGathered(pieces('re', 'd'), (outer) => [
    whileGathered(pieces('gr', 'een'), text),
    text(outer),
  ]);
  expect(both).toEqual(['green', 'red']);
});

test('after a use that throws, the place is free again', () => {
  const fail = (): never => {
    throw new Error('refused');
  };
  expect(() => whileGathered(pieces('re', 'd'), fail)).toThrow('refused');
  const first = whileGathered(pieces('red'), (whole) => whole.buffer);
  expect(whileGathered(pieces('blue'), (whole) => whole.buffer)).toBe(first);
});
