/**
 * The JSON text of a number that a JavaScript number cannot represent exactly. `JSON.stringify` writes the text unchanged.
 */
export type ExactNumber = { readonly rawJSON: string };

// In the language since ES2025, but missing in TypeScript's library.
const exact = JSON as unknown as {
  rawJSON(text: string): ExactNumber;
  isRawJSON(value: unknown): value is ExactNumber;
};

/** Converts an integer that is too large to be exact to an `ExactNumber`, and keeps other numbers. `source`: its JSON text. */
export function exactNumber(value: number, source: string): number | ExactNumber {
  const isExact = Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
  return isExact ? value : exact.rawJSON(source);
}

/** Whether a value is an `ExactNumber`. An object with a member `rawJSON` from a request is not. */
export function isExactNumber(value: unknown): value is ExactNumber {
  return exact.isRawJSON(value);
}
