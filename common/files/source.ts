import { readFileSync } from 'node:fs';

/**
 * The source of a document: a file, which may change, or the text of a variable, which may be a secret and does not change. `setting`:
 * the name of the flag or variable.
 */
export type Source =
  | { readonly kind: 'file'; readonly setting: string; readonly path: string }
  | { readonly kind: 'text'; readonly setting: string; readonly text: string };

/** Creates the source of a file. `setting`: the name of the flag or variable with its path. */
export function fileSource(setting: string, path: string): Source {
  return { kind: 'file', setting, path };
}

/** Returns the name of a source for messages: the path of a file, or the name of a variable. It contains no secret. */
export function sourceName(source: Source): string {
  return source.kind === 'file' ? source.path : source.setting;
}

/**
 * Reads a source now.
 * @throws the file system's error
 */
export function readSource(source: Source): Buffer {
  return source.kind === 'file' ? readFileSync(source.path) : Buffer.from(source.text);
}

/**
 * Returns a text with line breaks in place of `\n` and `\r\n`, if it has no line break: secrets managers and `.env` files often keep a
 * text of several lines in this form.
 */
export function withLineBreaks(text: string): string {
  return text.includes('\n') ? text : text.replaceAll(/(?:\\r)?\\n/g, '\n');
}
