import type { AnyValue, KeyValue } from '../otlp/generated/opentelemetry/proto/common/v1/common_pb.ts';

/** Returns attributes as a text that is unique to this list of attributes. */
export function textOf(attributes: readonly KeyValue[]): string {
  let text = '';
  for (const { key, value } of attributes) {
    const kind = value?.value.case ?? '';
    text += `${delimited(key)}${delimited(kind === 'stringValue' ? '' : kind)}${delimited(textOfValue(value))}`;
  }
  return text;
}

/** Returns a text with its length before it, so that texts joined from different parts differ. It begins with a digit. */
export function delimited(text: string): string {
  return `${text.length} ${text}`;
}

/** Returns a value as text; a missing value as an empty text. Almost all values are texts. */
export function textOfValue(value: AnyValue | undefined): string {
  if (value?.value.case === 'stringValue') return value.value.value;
  if (value?.value.case === undefined) return '';
  return JSON.stringify(value.value.value, (_, each: unknown) =>
    typeof each === 'bigint' ? String(each) : each,
  );
}
