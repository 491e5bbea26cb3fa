import { unreadable } from './errors.ts';
import { exactNumber } from './exact-number.ts';
import { findJsonError } from './json-error-position.ts';

/** The most values (numbers, texts, objects, …) in a body: far above any specification, and cheap to process. */
const MAX_VALUES = 100_000;

// The third argument, the JSON text of a primitive value, is in ES2025 but missing in TypeScript's library.
type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;
type Parse = (text: string, reviver: Reviver) => unknown;

/**
 * Parses the body of a request, a JSON object. An empty body counts as an empty object, and a null member as absent, as in
 * all of AWS's JSON protocols. An integer that JavaScript would round becomes an ExactNumber.
 * @throws ApiError SerializationException with the position of the first JSON error
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
    // Undefined removes the member. A null element of a list stays, so that validation refuses it with its path.
    return value === null && !Array.isArray(this) ? undefined : value;
  };
  try {
    const value: unknown = (JSON.parse as Parse)(text, revive);
    return value === undefined ? null : value;
  } catch (error) {
    if (error instanceof RangeError) throw unreadable('The body is nested too deeply.');
    if (!(error instanceof SyntaxError)) throw error;
    throw unreadable(`The body is not valid JSON: ${describeJsonError(text)}.`);
  }
}

function describeJsonError(text: string): string {
  const { offset, expected } = findJsonError(text);
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  const rest = text.slice(offset);
  const found = rest === '' ? 'the end' : JSON.stringify(rest.slice(0, 20));
  return `line ${line}, column ${column}: expected ${expected}, found ${found}`;
}
