import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { KeyValueSchema } from '../otlp/generated/opentelemetry/proto/common/v1/common_pb.ts';
import { textOf, textOfValue } from './attribute-text.ts';
import { keyValue } from './to-otlp.ts';

test('sets of attributes whose values have separators are told apart', () => {
  const sets = [
    [keyValue('a', '1;b=2')],
    [keyValue('a', '1'), keyValue('b', '2')],
    [keyValue('a', '1'), keyValue('b=2', '')],
    [create(KeyValueSchema, { key: 'a', value: { value: { case: 'intValue', value: 1n } } })],
    [keyValue('a', '1')],
    [],
  ];
  expect(new Set(sets.map(textOf)).size).toBe(sets.length);
});

test('a value that is not set has an empty text', () => {
  expect(textOfValue(undefined)).toBe('');
  expect(textOfValue(create(KeyValueSchema, { key: 'a', value: {} }).value)).toBe('');
});
