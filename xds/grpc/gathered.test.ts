import { expect, test } from 'vitest';
import { addPiece, whileGathered } from './gathered.ts';

const pieces = (...texts: readonly string[]): readonly Buffer[] => texts.map((text) => Buffer.from(text));
const text = (whole: Buffer): string => whole.toString();

test('the callback gets the pieces as one buffer', () => {
  expect(whileGathered(pieces('re', '', 'd'), text)).toBe('red');
  expect(whileGathered([], text)).toBe('');
});

test('the next use overwrites the buffer; longer content than before fits', () => {
  const kept = whileGathered(pieces('red', 'red'), (whole) => whole);
  expect(whileGathered(pieces('bl', 'ue'), text)).toBe('blue');
  expect(text(kept)).toBe('blueed');
  const long = 'x'.repeat(3 << 20);
  expect(whileGathered(pieces('red', long), text)).toBe(`red${long}`);
});

test('a nested use does not change the outer buffer', () => {
  const both = whileGathered(pieces('re', 'd'), (outer) => [
    whileGathered(pieces('gr', 'een'), text),
    text(outer),
  ]);
  expect(both).toEqual(['green', 'red']);
});

test('a use that throws releases the shared buffer', () => {
  const fail = (): never => {
    throw new Error('refused');
  };
  expect(() => whileGathered(pieces('re', 'd'), fail)).toThrow('refused');
  const first = whileGathered(pieces('red'), (whole) => whole.buffer);
  expect(whileGathered(pieces('blue'), (whole) => whole.buffer)).toBe(first);
});

test('a message that comes byte by byte is held in few pieces: each byte took the memory of an object', () => {
  const sent = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 256));
  const held: Buffer[] = [];
  for (let index = 0; index < sent.length; index += 1) addPiece(held, sent.subarray(index, index + 1));
  expect(held.length).toBeLessThan(100);
  expect(whileGathered(held, (whole) => whole.equals(sent))).toBe(true);
});

test('pieces of any sizes keep their order', () => {
  const held: Buffer[] = [];
  const sent = Array.from({ length: 1000 }, (_, index) => Buffer.alloc((index * 7919) % 97, index));
  for (const piece of sent) addPiece(held, piece);
  expect(Buffer.concat(held).equals(Buffer.concat(sent))).toBe(true);
});
