import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  KeyValueSchema,
  type AnyValue,
  type AnyValueSchema,
  type KeyValue,
} from '../otlp/generated/opentelemetry/proto/common/v1/common_pb.ts';

type Value = Exclude<MessageInitShape<typeof AnyValueSchema>, { $typeName: string }>['value'];

/** Returns an attribute with a text, number, boolean or a list of these; undefined for any other value. Lists in a list are left out. */
export function attribute(key: string, value: unknown): KeyValue | undefined {
  const init = valueOf(value);
  return init === undefined ? undefined : create(KeyValueSchema, { key, value: { value: init } });
}

function valueOf(value: unknown): Value | undefined {
  if (!Array.isArray(value)) return scalarOf(value);
  const values = value.flatMap((each) => {
    const inner = scalarOf(each);
    return inner === undefined ? [] : [{ value: inner }];
  });
  return { case: 'arrayValue', value: { values } };
}

function scalarOf(value: unknown): Value | undefined {
  if (typeof value === 'string') return { case: 'stringValue', value };
  if (typeof value === 'boolean') return { case: 'boolValue', value };
  if (typeof value === 'number') {
    return Number.isSafeInteger(value)
      ? { case: 'intValue', value: BigInt(value) }
      : { case: 'doubleValue', value };
  }
  return undefined;
}

/** The value of an attribute as plain JSON. */
export type Plain = string | number | boolean | readonly Plain[] | { readonly [name: string]: Plain };

/** Returns the value of an attribute as plain JSON; bytes as base64. */
export function plain(value: AnyValue | undefined): Plain {
  const { value: inner } = value ?? {};
  switch (inner?.case) {
    case 'stringValue':
    case 'boolValue':
    case 'doubleValue':
      return inner.value;
    case 'intValue':
      return Number(inner.value);
    case 'bytesValue':
      return Buffer.from(inner.value).toString('base64');
    case 'arrayValue':
      return inner.value.values.map(plain);
    case 'kvlistValue':
      return plainAttributes(inner.value.values);
    case undefined:
    default:
      return '';
  }
}

/** Returns attributes as an object of plain JSON. */
export function plainAttributes(attributes: readonly KeyValue[]): { readonly [name: string]: Plain } {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}
