import type { Path } from '../place.ts';
import type { ParsedDocument } from './parsed.ts';

/**
 * Parses JSON: one value, or several one after another as `aws … >> file` writes them. Returns undefined for invalid JSON:
 * the YAML parser names the line of the fault, and accepts YAML that begins with a brace.
 */
export function parseJson(text: string): readonly ParsedDocument[] | undefined {
  const documents: ParsedDocument[] = [];
  for (let start = skipBlank(text, 0); start < text.length; ) {
    const end = skipValue(text, start);
    const value = valueOf(text.slice(start, end));
    if (value === undefined) return undefined;
    documents.push(documentAt(text, start, value));
    start = skipBlank(text, end);
  }
  return documents;
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function documentAt(text: string, start: number, value: unknown): ParsedDocument {
  const lines = lineCounter(text);
  // The members of the top two levels are cached: each resource is looked up in `Resources`.
  const known = new Map<string, ReadonlyMap<string, number>>();
  const members = (path: Path, offset: number): ReadonlyMap<string, number> => {
    if (path.length > 1) return membersAt(text, offset);
    const key = JSON.stringify(path);
    const found = known.get(key) ?? membersAt(text, offset);
    known.set(key, found);
    return found;
  };
  return {
    value,
    line: lines(start),
    lineAt: (path) => {
      let offset = start;
      for (const [depth, step] of path.entries()) {
        const next = members(path.slice(0, depth), offset).get(String(step));
        if (next === undefined) break;
        offset = next;
      }
      return lines(offset);
    },
  };
}

// The offset of the value of each member, or of each element.
function membersAt(text: string, offset: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const open = text[offset];
  if (open !== '{' && open !== '[') return found;
  let at = skipBlank(text, offset + 1);
  for (let index = 0; at < text.length && text[at] !== '}' && text[at] !== ']'; index += 1) {
    let name = String(index);
    if (open === '{') {
      const end = skipValue(text, at);
      name = JSON.parse(text.slice(at, end)) as string;
      at = skipBlank(text, skipBlank(text, end) + 1);
    }
    found.set(name, at);
    at = skipBlank(text, skipValue(text, at));
    if (text[at] === ',') at = skipBlank(text, at + 1);
  }
  return found;
}

/** Returns the end of the value at `start`. JSON.parse checks the text, before or after. */
function skipValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const character = text[at];
    if (character === '"') at = skipString(text, at);
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (depth === 0) return skipScalar(text, at);
    if (character !== '"') at += 1;
  } while (depth > 0 && at < text.length);
  return at;
}

function skipString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\') at += 1;
    else if (character === '"') return at + 1;
  }
  return text.length;
}

function skipScalar(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && !/[\s,\]}]/.test(text[at] ?? '')) at += 1;
  return at;
}

function skipBlank(text: string, start: number): number {
  let at = start;
  while (at < text.length && /\s/.test(text[at] ?? '')) at += 1;
  return at;
}

/** Converts offsets to lines. The first call scans the text for line breaks. */
function lineCounter(text: string): (offset: number) => number {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
