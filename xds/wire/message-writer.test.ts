import { expect, test } from 'vitest';
import { bytesSize, MessageWriter, stringSize } from './message-writer.ts';
import { bytesField, stringField } from './wire-fields.ts';

const LENGTHS = [0, 1, 127, 128, 16_383, 16_384, 2_200_000];

test.each(
  LENGTHS,
)('fields of %i bytes equal those of wire-fields.ts, and have the computed length', (length) => {
  const value = 'ü'.repeat(length / 2);
  const bytes = Buffer.alloc(length, 7);
  const writer = new MessageWriter();
  writer.string(3, value);
  expect(writer.length).toBe(stringSize(value));
  writer.bytes(15, bytes);
  expect(writer.length).toBe(stringSize(value) + bytesSize(bytes));
  expect(writer.written().equals(Buffer.concat([stringField(3, value), bytesField(15, bytes)]))).toBe(true);
});

test('writes a message within a message', () => {
  const writer = new MessageWriter();
  writer.head(2, stringSize('red') + stringSize(''));
  writer.string(1, 'red');
  writer.string(2, '');
  expect(writer.written()).toEqual(bytesField(2, stringField(1, 'red')));
});

test('backTo overwrites the message from the given length', () => {
  const writer = new MessageWriter();
  writer.string(1, 'x'.repeat(3_000_000));
  writer.backTo(0);
  writer.string(1, 'red');
  expect(writer.written().buffer.byteLength).toBeLessThan(1000);
  const { length } = writer;
  writer.string(2, 'white');
  writer.backTo(length);
  writer.string(2, 'blue');
  expect(writer.written()).toEqual(Buffer.concat([stringField(1, 'red'), stringField(2, 'blue')]));
});
