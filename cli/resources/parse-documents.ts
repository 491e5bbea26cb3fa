import { isSeq, LineCounter, parseAllDocuments, type Range } from 'yaml';
import type { Problem, RawDocument } from './document.ts';

/** The documents of a file, and its syntax errors. */
export type Parsed = { readonly documents: readonly RawDocument[]; readonly problems: readonly Problem[] };

/** The most alias references in one document, a guard against exponential growth. */
const MAX_ALIASES = 1000;

/**
 * Parses the YAML documents of a text. JSON is YAML; each element of a list is a document. A whole number that JavaScript would
 * round is a problem, and a member that is null counts as not given, as in the API.
 */
export function parseDocuments(file: string, text: string): Parsed {
  const lines = new LineCounter();
  const documents: RawDocument[] = [];
  const problems: Problem[] = [];
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    intAsBigInt: true,
    merge: true,
    prettyErrors: false,
  });
  if ('empty' in parsed) return { documents, problems };
  for (const each of parsed) {
    const [start] = each.contents?.range ?? each.range;
    const origin = { file, index: documents.length + 1, line: lines.linePos(start).line };
    for (const { message, pos } of each.errors) {
      const { line, col } = lines.linePos(pos[0]);
      problems.push({ origin: { ...origin, line }, message: `column ${col}: ${message}` });
    }
    if (each.errors.length > 0) continue;
    try {
      const value = plain(each.toJS({ maxAliasCount: MAX_ALIASES }), '');
      if (value === undefined) continue;
      const items = Array.isArray(value) ? (value as unknown[]) : [value];
      for (const [position, item] of items.entries()) {
        const line = lineOf(each.contents, position, lines) ?? origin.line;
        documents.push({ value: item, origin: { file, index: documents.length + 1, line } });
      }
    } catch (error) {
      problems.push({ origin, message: (error as Error).message });
    }
  }
  return { documents, problems };
}

// The first line of an element of a list; undefined if the document is not a list.
function lineOf(contents: unknown, position: number, lines: LineCounter): number | undefined {
  const item = isSeq(contents) ? contents.items[position] : undefined;
  const [start] = (item as { readonly range?: Range | null } | undefined)?.range ?? [];
  return start === undefined ? undefined : lines.linePos(start).line;
}

// Converts bigints to numbers, and drops null members of objects.
function plain(value: unknown, path: string): unknown {
  if (value === null) return undefined;
  if (typeof value === 'bigint') {
    if (Number.isSafeInteger(Number(value))) return Number(value);
    throw new Error(`Value '${value}' at '${path}': whole numbers are at most ${Number.MAX_SAFE_INTEGER}`);
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => plain(item, join(path, `${index + 1}.member`)) ?? null);
  }
  if (typeof value !== 'object') return value;
  const members = Object.entries(value).map(([name, item]) => [name, plain(item, join(path, name))] as const);
  return Object.fromEntries(members.filter(([, item]) => item !== undefined));
}

function join(path: string, step: string): string {
  return path === '' ? step : `${path}.${step}`;
}
