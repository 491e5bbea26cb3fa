import { isObject } from '../../../../common/is-object.ts';
import { literalIn, partsOf, referenceIn } from './expressions.ts';
import type { Expression, Step } from './expression.ts';
import type { Syntax } from './hcl2json.d.ts';
import type { ConfigurationFile } from './parse.ts';
import { loadHcl } from './parse.ts';

/** The expressions of configurations by their texts, except literals and plain references. */
export type Expressions = ReadonlyMap<string, Expression>;

/** Parses the expressions in all files. */
export async function expressionsIn(files: readonly ConfigurationFile[]): Promise<Expressions> {
  const texts = new Set<string>();
  for (const { body } of files) collectTexts(body, texts);
  const { getExpressionAst } = await loadHcl();
  const expressions = new Map<string, Expression>();
  for (const text of texts) {
    try {
      expressions.set(text, convert(await getExpressionAst('expression.tf', text), Buffer.from(text)));
    } catch {
      expressions.set(text, { kind: 'unreadable' });
    }
  }
  return expressions;
}

function collectTexts(value: unknown, texts: Set<string>): void {
  if (typeof value === 'string') {
    for (const part of partsOf(value)) {
      if (!('expression' in part)) continue;
      const { expression } = part;
      if (literalIn(expression) === undefined && referenceIn(expression) === undefined) texts.add(expression);
    }
  } else if (Array.isArray(value)) for (const each of value) collectTexts(each, texts);
  else if (isObject(value)) {
    for (const [name, part] of Object.entries(value)) {
      collectTexts(name, texts);
      collectTexts(part, texts);
    }
  }
}

/** Converts the library's tree. `source`: the bytes of the whole text, for names that the tree has only as a range. */
function convert({ type, meta = {}, children, range }: Syntax, source: Buffer): Expression {
  const parts = (): readonly Expression[] => children.map((child) => convert(child, source));
  const [first, ...others] = children;
  const inner = (): Expression => (first === undefined ? { kind: 'unreadable' } : convert(first, source));
  switch (type) {
    case 'literalValue':
      return { kind: 'literal', value: literal(meta.type, meta.value ?? '') };
    case 'template':
      return { kind: 'template', parts: templateParts(children, meta.value ?? '', source) };
    case 'templateWrap':
      return inner();
    case 'scopeTraversal':
      return { kind: 'reference', steps: stepsOf(meta.traversal) };
    case 'relativeTraversal':
      return { kind: 'steps', of: inner(), steps: stepsOf(meta.traversal) };
    case 'index': {
      const [of, key] = parts();
      return of === undefined || key === undefined ? { kind: 'unreadable' } : { kind: 'index', of, key };
    }
    case 'splat':
      return { kind: 'splat', of: inner(), steps: stepsOf(others[0]?.meta?.traversal) };
    case 'function':
      return {
        kind: 'call',
        name: meta.name ?? '',
        args: parts(),
        spreads: meta.expandedFinalArgument === true,
      };
    case 'conditional': {
      const [condition, chosen, otherwise] = parts();
      if (condition === undefined || chosen === undefined || otherwise === undefined) break;
      return { kind: 'conditional', condition, chosen, otherwise };
    }
    case 'unaryOp':
    case 'binaryOp':
      return { kind: 'operation', operator: meta.operator ?? '', operands: parts() };
    case 'tuple':
      return { kind: 'tuple', items: parts() };
    case 'object':
      return { kind: 'object', members: membersOf(children, source) };
    case 'for':
      return forExpression(meta, parts());
    case '':
      // Parentheses, or a name that the tree has only as a range: the key of an object.
      return first === undefined ? nameAt(range, source) : inner();
  }
  return { kind: 'unreadable' };
}

function nameAt({ start, end }: Syntax['range'], source: Buffer): Expression {
  return { kind: 'literal', value: source.subarray(start.byte, end.byte).toString() };
}

function membersOf(
  children: readonly Syntax[],
  source: Buffer,
): readonly (readonly [Expression, Expression])[] {
  return children.flatMap((child, index) => {
    const value = children[index + 1];
    return index % 2 === 0 && value !== undefined
      ? [[convert(child, source), convert(value, source)] as const]
      : [];
  });
}

/** The parts of a for expression: its collection, its key if it has one, its value, and its condition if it has one. */
function forExpression(meta: NonNullable<Syntax['meta']>, parts: readonly Expression[]): Expression {
  const rest = [...parts];
  const collection = rest.shift();
  const key = meta.keyExpression === undefined ? undefined : rest.shift();
  const value = rest.shift();
  if (collection === undefined || value === undefined) return { kind: 'unreadable' };
  const { keyVar: keyName = '', valVar: valueName = '', groupedValue: groups = false } = meta;
  return { kind: 'for', collection, keyName, valueName, key, value, condition: rest.shift(), groups };
}

function stepsOf(traversal: NonNullable<Syntax['meta']>['traversal'] = []): readonly Step[] {
  return traversal.map(({ type, segment }) => {
    if (type === 'nameTraversal') return segment;
    return segment.startsWith('"') ? unescaped(segment.slice(1, -1)) : Number(segment);
  });
}

function literal(type: string | undefined, text: string): unknown {
  if (type === 'number') return Number(text);
  if (type === 'bool') return text === 'true';
  return type === 'string' ? unescaped(text) : null;
}

/** A heredoc has no escapes but `$${`. */
function templateParts(children: readonly Syntax[], text: string, source: Buffer): readonly Expression[] {
  if (!text.startsWith('<<')) return children.map((child) => convert(child, source));
  return children.map((child) =>
    child.type === 'literalValue'
      ? { kind: 'literal', value: (child.meta?.value ?? '').replaceAll(/([$%])\1\{/g, '$1{') }
      : convert(child, source),
  );
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** The text of a quoted literal (HCL syntax specification, "Template Expressions"). */
function unescaped(text: string): string {
  return text.replaceAll(
    /\\u([\da-fA-F]{4})|\\U([\da-fA-F]{8})|\\(.)|([$%])\4\{/gs,
    (_, short?: string, long?: string, letter?: string, marker?: string) => {
      const code = short ?? long;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      return letter === undefined ? `${marker}{` : (ESCAPES[letter] ?? letter);
    },
  );
}
