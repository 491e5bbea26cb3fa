import { isObject } from '../../../../common/is-object.ts';
import type { Path } from '../../place.ts';
import { Open, type Question } from '../../source.ts';
import { questionAt, SHOWN_INSTEAD, type Ask } from '../json.ts';
import { dynamicBlocks } from './dynamic-blocks.ts';
import { evaluateExpression, type Bindings, type Resolve } from './evaluate.ts';
import { literalIn, partsOf, referenceIn } from './expressions.ts';
import { isScalar } from '../../is-scalar.ts';
import { Lazy, Reference, UNKNOWN } from './lazy.ts';
import { collectionFrom, NO_BINDINGS } from './repetition.ts';
import type { Expressions } from './syntax.ts';

/** Evaluates a value of a block: a text with expressions, a list, a map or a nested block. `address` and `path` name the value in questions. */
export type EvaluateBlock = (value: unknown, address: string, path: Path, bindings?: Bindings) => unknown;

/**
 * Creates the evaluation of blocks in one module. A value that is not known becomes a question. `keepsResources`: a resource or module as a whole
 * is a value too, of which a reference uses a part later: for locals, outputs, and the variables of a call. Elsewhere, it becomes a question.
 */
export function blockEvaluator(
  { ask, expressions }: { readonly ask: Ask; readonly expressions: Expressions },
  resolve: Resolve,
  { keepsResources }: { readonly keepsResources: boolean },
): EvaluateBlock {
  const evaluate = (
    value: unknown,
    address: string,
    path: Path,
    bindings: Bindings = NO_BINDINGS,
  ): unknown => {
    if (typeof value === 'string') return text(value, address, path, bindings);
    if (Array.isArray(value))
      return value.map((each: unknown, index) => evaluate(each, address, [...path, index], bindings));
    if (!isObject(value) || value instanceof Open) return value;
    const { dynamic, ...others } = value;
    const members = Object.entries(isObject(dynamic) ? others : value).map(([name, part]) => {
      const key = text(name, address, path, bindings);
      if (isScalar(key)) return [key, evaluate(part, address, [...path, name], bindings)];
      // A map with an unknown key has at least its question.
      return [name, key instanceof Open ? key : evaluate(part, address, [...path, name], bindings)];
    });
    const plain = Object.fromEntries(members) as Readonly<Record<string, unknown>>;
    if (!isObject(dynamic)) return plain;
    return dynamicBlocks(plain, dynamic, bindings, {
      evaluate: (part, inner, inside) => evaluate(part, address, [...path, ...inside], inner),
      refuse: (why, inside) => ask(questionAt(address, [...path, ...inside], why)),
    });
  };
  // An answer is text. The type of a local value, an output or an argument of a module depends on its use, so a collection is parsed here.
  const answered = (answer: unknown, path: Path): unknown =>
    keepsResources || COLLECTIONS.has(String(path.at(-1))) ? collectionFrom(answer) : answer;
  const text = (value: string, address: string, path: Path, bindings: Bindings): unknown => {
    const parts = partsOf(value);
    const values = parts.map((part) =>
      'literal' in part ? part.literal : expressionValue(part.expression, bindings),
    );
    const found = joined(values);
    // The user may answer the value by its own address, instead of the values that it depends on.
    if (found !== UNKNOWN && !(found instanceof Open)) return found;
    const [only] = parts;
    const shown =
      parts.length === 1 && only !== undefined && 'expression' in only ? only.expression : undefined;
    const answer = ask(
      unknownAt(address, path, shown === undefined ? JSON.stringify(value) : `\${${shown}}`),
    );
    return found instanceof Open && answer instanceof Open ? found : answered(answer, path);
  };
  // The value of a text: that of its only part, or the parts in a row.
  const joined = (values: readonly unknown[]): unknown => {
    if (values.some((each) => isUnknown(each) || (!keepsResources && hasLazy(each)))) return UNKNOWN;
    if (values.length === 1) return values[0];
    const open = values.filter((each) => each instanceof Open);
    if (open.length > 0) return new Open(open.flatMap(({ questions }) => questions));
    return values.every(isScalar) ? values.join('') : UNKNOWN;
  };
  const expressionValue = (expression: string, bindings: Bindings): unknown => {
    const literal = literalIn(expression);
    if (literal !== undefined) return literal.value;
    const steps = referenceIn(expression);
    if (steps !== undefined) return resolve(steps, bindings);
    const parsed = expressions.get(expression);
    return parsed === undefined ? UNKNOWN : evaluateExpression(parsed, resolve, bindings);
  };
  return evaluate;
}

/** The attributes of the provider that are maps or lists of texts. All others that are not blocks are single values. */
const COLLECTIONS = new Set([
  'attributes',
  'certificate_authority_arns',
  'exact',
  'grpc_retry_events',
  'http_retry_events',
  'tags',
  'tcp_retry_events',
]);

/** Whether a value is a resource or module as a whole, or contains one. */
function hasLazy(value: unknown): boolean {
  if (value instanceof Lazy) return true;
  if (Array.isArray(value)) return value.some(hasLazy);
  return isObject(value) && !(value instanceof Open) && Object.values(value).some(hasLazy);
}

function isUnknown(value: unknown): boolean {
  return value === undefined || value === UNKNOWN || value instanceof Reference;
}

function unknownAt(address: string, path: Path, shown: string): Question {
  const { key, flags } = questionAt(address, path, '');
  return { key, why: `${shown} is not evaluated here`, flags: [...flags, SHOWN_INSTEAD] };
}
