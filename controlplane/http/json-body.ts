import { unreadable } from './errors.ts';
import { exactNumber } from './exact-number.ts';
import { findJsonBreak } from './json-error-position.ts';

/** How many values (numbers, texts, objects, …) a body may have: far above any specification, far below a burden. */
const MAX_VALUES = 100_000;

// With the third argument of ES2025, which TypeScript's library has not: the JSON of a value that is no object or list.
type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;
type Parse = (text: string, reviver: Reviver) => unknown;

/**
 * Reads the body of a request: a JSON object; an empty body counts as one without members. A member that is null counts
 * as not given, as in all of AWS's JSON protocols. A whole number that JavaScript would round is kept as an ExactNumber.
 * @throws ApiError SerializationException that says where the JSON breaks
 */
export function parseJsonBody(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  if (bytes.length === 0) return {};
  const text = decode(bytes);
  const value = parse(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw unreadable(
    `The body must be a JSON object, and it is ${Array.isArray(value) ? 'a list' : text.trim().slice(0, 50)}.`,
  );
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unreadable('The body is not valid UTF-8.');
  }
}

function parse(text: string): unknown {
  let values = 0;
  const revive: Reviver = function (_key, value, { source = '' }) {
    values += 1;
    if (values > MAX_VALUES) throw unreadable(`The body has more than ${MAX_VALUES} values.`);
    if (typeof value === 'number') return exactNumber(value, source);
    // Undefined takes the member away; an element of a list stays, to be refused where it stands.
    return value === null && !Array.isArray(this) ? undefined : value;
  };
  try {
    const value: unknown = (JSON.parse as Parse)(text, revive);
    return value === undefined ? null : value;
  } catch (error) {
    if (error instanceof RangeError) throw unreadable('The body is nested too deeply.');
    if (!(error instanceof SyntaxError)) throw error;
    throw unreadable(`The body is not valid JSON: ${describeBreak(text)}.`);
  }
}

function describeBreak(text: string): string {
  const { offset, expected } = findJsonBreak(text);
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  const rest = text.slice(offset);
  const found = rest === '' ? 'the end' : JSON.stringify(rest.slice(0, 20));
  return `line ${line}, column ${column}: expected ${expected}, found ${found}`;
}
