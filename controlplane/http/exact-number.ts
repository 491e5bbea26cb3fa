/**
 * A number as it was written in JSON, kept because a JavaScript number would be another one. `JSON.stringify` writes it as
 * it came.
 */
export type ExactNumber = { readonly rawJSON: string };

// The language has them since ES2025; TypeScript's library has not.
const exact = JSON as unknown as {
  rawJSON(text: string): ExactNumber;
  isRawJSON(value: unknown): value is ExactNumber;
};

/** A whole number that is too large to be exact becomes an `ExactNumber`; any other number stays one. `source`: its JSON. */
export function exactNumber(value: number, source: string): number | ExactNumber {
  const isExact = Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
  return isExact ? value : exact.rawJSON(source);
}

/** Whether a value is a number that no JavaScript number holds. An object of a request with such a member is not. */
export function isExactNumber(value: unknown): value is ExactNumber {
  return exact.isRawJSON(value);
}
