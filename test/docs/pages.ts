import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The root of the checkout. */
export const ROOT = join(import.meta.dirname, '../..');

/** A page of the documentation. */
export type Page = {
  /** Its path in the checkout. */
  readonly path: string;
  readonly text: string;
};

const FOLDERS = ['docs', 'bench', '.github'];

/** Returns all pages: those of `docs/`, those beside code, and those at the top. */
export function pages(): readonly Page[] {
  const top = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  const inner = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  );
  return [...top, ...inner].toSorted().map(page);
}

/** Reads one page by its path in the checkout. @throws Error if there is none */
export function page(path: string): Page {
  return { path: relative('.', path), text: readFileSync(join(ROOT, path), 'utf8') };
}

/** Returns the lines below a heading, up to the next heading of any level. @throws Error if the page has no such heading */
export function section({ path, text }: Page, heading: string): readonly string[] {
  const lines = text.split('\n');
  const start = lines.indexOf(heading);
  if (start === -1) throw new Error(`${path} has no heading ${JSON.stringify(heading)}`);
  const length = lines.slice(start + 1).findIndex((line) => /^#+ /.test(line));
  return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length);
}

/** Splits a table row into cells. A `\|` does not end one. */
export function cells(row: string): readonly string[] {
  return row
    .replaceAll(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}
