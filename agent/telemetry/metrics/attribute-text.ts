import type { AnyValue, KeyValue } from '../otlp/generated/opentelemetry/proto/common/v1/common_pb.ts';

/** Returns attributes as a text that tells sets of them apart. */
export function textOf(attributes: readonly KeyValue[]): string {
  let text = '';
  for (const { key, value } of attributes) text += `${key}=${textOfValue(value)};`;
  return text;
}

/** Returns a value as text. Almost all values are texts. */
export function textOfValue(value: AnyValue | undefined): string {
  if (value?.value.case === 'stringValue') return value.value.value;
  return JSON.stringify(value?.value.value, (_, each: unknown) =>
    typeof each === 'bigint' ? String(each) : each,
  );
}
