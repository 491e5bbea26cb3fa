import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
} from 'yaml';
import type { ImportProblem, Path } from '../place.ts';
import type { ParsedDocument } from './parsed.ts';
import { yamlTags } from './yaml-tags.ts';

/** The most alias references in one document, a guard against exponential growth. */
const MAX_ALIASES = 1000;

/** Parses the documents of a YAML text. A syntax error in one document does not affect the others. */
export function parseYaml(
  file: string,
  text: string,
): { readonly documents: readonly ParsedDocument[]; readonly problems: readonly ImportProblem[] } {
  const lines = new LineCounter();
  const documents: ParsedDocument[] = [];
  const problems: ImportProblem[] = [];
  const options = {
    lineCounter: lines,
    customTags: yamlTags,
    merge: true,
    prettyErrors: false,
    logLevel: 'error',
  } as const;
  const parsed = parseAllDocuments(text, options);
  if ('empty' in parsed) return { documents, problems };
  for (const each of parsed as Document.Parsed[]) {
    const line = lines.linePos((each.contents as Node | null)?.range?.[0] ?? each.range[0]).line;
    const faults = [...each.errors, ...each.warnings];
    const repeats: ImportProblem[] = [];
    for (const { code, message, pos } of faults) {
      const at = lines.linePos(pos[0]);
      const isRepeat = code === 'DUPLICATE_KEY';
      const what = isRepeat ? `the map has the key ${keyAt(text, pos[0])} already` : firstLine(message);
      const problem = { place: { file, line: at.line, id: '' }, message: `column ${at.col}: ${what}` };
      (isRepeat ? repeats : problems).push(problem);
    }
    if (faults.length > repeats.length) continue;
    try {
      const value: unknown = each.toJS({ maxAliasCount: MAX_ALIASES });
      if (value === null || value === undefined) continue;
      const repeated = repeats.length === 0 ? {} : { repeats };
      documents.push({ value, line, lineAt: (path) => lineOf(each, path, lines) ?? line, ...repeated });
    } catch (error) {
      problems.push({ place: { file, line, id: '' }, message: firstLine((error as Error).message) });
    }
  }
  return { documents, problems };
}

function keyAt(text: string, offset: number): string {
  return /^(?:"[^"\n]*"|'[^'\n]*'|[^:\s]+)/.exec(text.slice(offset, offset + 256))?.[0] ?? '';
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}

function lineOf(document: Document.Parsed, path: Path, lines: LineCounter): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const step of path) {
    const [start, next] = stepInto(document, node, step);
    if (next === undefined) break;
    offset = start;
    node = next;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

// The line of a member is that of its name.
function stepInto(
  document: Document.Parsed,
  node: unknown,
  step: string | number,
): readonly [number | undefined, unknown] {
  const resolved = isAlias(node) ? node.resolve(document) : node;
  if (!isCollection(resolved)) return [undefined, undefined];
  if (isMap(resolved)) {
    const pair = resolved.items.findLast(
      ({ key }) => String(isScalar(key) ? key.value : key) === String(step),
    );
    return [startOf(pair?.key) ?? startOf(pair?.value), pair?.value ?? undefined];
  }
  const item = resolved.items[Number(step)];
  return [startOf(item), item];
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
