import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../../../common/is-object.ts';
import { Open } from '../../source.ts';
import type { Expression, ForExpression, Step } from './expression.ts';
import { isScalar } from '../../is-scalar.ts';
import { FUNCTIONS, toBoolean } from './functions.ts';
import { Lazy, Reference, stepInto, UNKNOWN } from './lazy.ts';

/** The values of names that an expression or a block brings: `each`, `count`, and the variables of `for` and `dynamic`. */
export type Bindings = ReadonlyMap<string, unknown>;

/** Returns the value of a reference. */
export type Resolve = (steps: readonly Step[], bindings: Bindings) => unknown;

/**
 * Evaluates an expression. Returns `UNKNOWN` if the value depends on something that import does not evaluate, an `Open` if it depends on a
 * question, and undefined if Terraform would fail, which `try` catches.
 */
export function evaluateExpression(expression: Expression, resolve: Resolve, bindings: Bindings): unknown {
  const evaluate = (part: Expression): unknown => evaluateExpression(part, resolve, bindings);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'reference':
      return resolve(expression.steps, bindings);
    case 'template':
      return known(expression.parts.map(evaluate), (parts) =>
        parts.every(isScalar) ? parts.join('') : undefined,
      );
    case 'tuple':
      return known(expression.items.map(evaluate), (items) => items);
    case 'object':
      return known(expression.members.flat().map(evaluate), objectOf);
    case 'steps':
      return known([evaluate(expression.of)], ([value]) => stepInto(value, expression.steps));
    case 'index':
      return known([evaluate(expression.of), evaluate(expression.key)], ([value, key]) =>
        isScalar(key) ? stepInto(value, [Array.isArray(value) ? Number(key) : stepOf(key)]) : undefined,
      );
    case 'splat':
      return known([evaluate(expression.of)], ([value]) =>
        known(
          itemsOf(value).map((item) => stepInto(item, expression.steps)),
          (items) => items,
        ),
      );
    case 'conditional':
      return known([evaluate(expression.condition)], ([value]) => {
        const condition = toBoolean(value);
        if (condition === undefined) return undefined;
        return evaluate(condition ? expression.chosen : expression.otherwise);
      });
    case 'operation':
      return known(expression.operands.map(evaluate), ([left, right]) =>
        OPERATORS.get(expression.operator)?.(left, right),
      );
    case 'call':
      return call(expression.name, expression.args, expression.spreads, evaluate);
    case 'for':
      return evaluateFor(expression, resolve, bindings);
    case 'unreadable':
      return UNKNOWN;
  }
}

/** Works on values if all are known. Otherwise, returns what makes them unknown: all questions first. */
export function known(values: readonly unknown[], work: (values: readonly unknown[]) => unknown): unknown {
  const open = values.filter((value) => value instanceof Open);
  if (open.length > 0) return new Open(open.flatMap(({ questions }) => questions));
  if (values.some((value) => value === UNKNOWN || value instanceof Reference)) return UNKNOWN;
  return values.includes(undefined) ? undefined : work(values);
}

/** Returns the entries of a map or the items of a list or set, with their keys, in Terraform's order; undefined for other values. */
export function entriesOf(value: unknown): readonly (readonly [Step, unknown])[] | undefined {
  if (Array.isArray(value)) return value.map((item: unknown, index) => [index, item] as const);
  if (value instanceof Lazy) return value.instances && [...value.instances];
  if (!isObject(value)) return undefined;
  return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function call(
  name: string,
  args: readonly Expression[],
  spreads: boolean,
  evaluate: (part: Expression) => unknown,
): unknown {
  if (name === 'try') return args.map(evaluate).find((value) => value !== undefined);
  if (name === 'can') {
    const value = args[0] && evaluate(args[0]);
    return value instanceof Open || value === UNKNOWN ? value : value !== undefined;
  }
  // The arguments after the one that decides have no effect: they may be unknown.
  if (name === 'coalesce' && !spreads)
    return args.map(evaluate).find((value) => value !== null && value !== '');
  if (name === 'lookup' && args.length === 3) {
    const found = known(args.slice(0, 2).map(evaluate).map(withInstances), (values) =>
      FUNCTIONS.get(name)?.(...values, ABSENT),
    );
    return found === ABSENT && args[2] !== undefined ? evaluate(args[2]) : found;
  }
  const work = FUNCTIONS.get(name);
  if (work === undefined) return UNKNOWN;
  return known(args.map(evaluate).map(withInstances), (values) => {
    const last = values.at(-1);
    if (!spreads) return work(...values);
    return Array.isArray(last) ? work(...values.slice(0, -1), ...(last as unknown[])) : undefined;
  });
}

/** The value of `lookup` for a key that the map does not have. */
const ABSENT = Symbol('absent');

/** Functions take the instances of a resource as a map; they take no single resource. */
function withInstances(value: unknown): unknown {
  if (!(value instanceof Lazy)) return value;
  return value.instances === undefined ? UNKNOWN : Object.fromEntries(value.instances);
}

function evaluateFor(expression: ForExpression, resolve: Resolve, bindings: Bindings): unknown {
  const { keyName, valueName, key, value, condition, groups } = expression;
  return known([evaluateExpression(expression.collection, resolve, bindings)], ([collection]) => {
    const rows = entriesOf(collection)?.map(([at, item]) => {
      const inner = new Map([...bindings, [keyName, at], [valueName, item]]);
      const evaluate = (part: Expression): unknown => evaluateExpression(part, resolve, inner);
      return known([condition === undefined ? true : evaluate(condition)], ([isTaken]) =>
        toBoolean(isTaken) === false
          ? null
          : known([key === undefined ? '' : evaluate(key), evaluate(value)], (row) => row),
      );
    });
    if (rows === undefined) return undefined;
    return known(rows, (all) => {
      const taken = all.filter(isRow);
      if (key === undefined) return taken.map(([, each]) => each);
      if (!groups) return objectOf(taken.flat());
      const grouped = Map.groupBy(taken, ([name]) => String(name));
      return Object.fromEntries([...grouped].map(([name, own]) => [name, own.map(([, each]) => each)]));
    });
  });
}

/** Creates an object from keys and values in turn. */
function objectOf(parts: readonly unknown[]): unknown {
  const members: [string, unknown][] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const key = parts[at];
    if (!isScalar(key)) return undefined;
    members.push([String(key), parts[at + 1]]);
  }
  return Object.fromEntries(members);
}

/** The items that a splat steps into: a single value is a list of one, and null an empty one. */
function itemsOf(value: unknown): readonly unknown[] {
  if (value === null) return [];
  if (Array.isArray(value)) return value;
  return value instanceof Lazy && value.instances !== undefined ? [...value.instances.values()] : [value];
}

function stepOf(key: string | number | boolean): Step {
  return typeof key === 'boolean' ? String(key) : key;
}

const OPERATORS: ReadonlyMap<string, (left: unknown, right: unknown) => unknown> = new Map([
  ['equal', (left: unknown, right: unknown) => isDeepStrictEqual(left, right)],
  ['notEqual', (left: unknown, right: unknown) => !isDeepStrictEqual(left, right)],
  ['logicalNot', (value: unknown) => logical([value], ([it]) => it === false)],
  [
    'logicalAnd',
    (left: unknown, right: unknown) => logical([left, right], ([a, b]) => a === true && b === true),
  ],
  [
    'logicalOr',
    (left: unknown, right: unknown) => logical([left, right], ([a, b]) => a === true || b === true),
  ],
  ['negate', (value: unknown) => arithmetic(0, value, (zero, it) => zero - it)],
  ['add', (left: unknown, right: unknown) => arithmetic(left, right, (a, b) => a + b)],
  ['subtract', (left: unknown, right: unknown) => arithmetic(left, right, (a, b) => a - b)],
  ['multiply', (left: unknown, right: unknown) => arithmetic(left, right, (a, b) => a * b)],
  [
    'divide',
    (left: unknown, right: unknown) => arithmetic(left, right, (a, b) => (b === 0 ? undefined : a / b)),
  ],
  [
    'modulo',
    (left: unknown, right: unknown) => arithmetic(left, right, (a, b) => (b === 0 ? undefined : a % b)),
  ],
  ['greaterThan', (left: unknown, right: unknown) => arithmetic(left, right, (a, b) => a > b)],
  ['greaterThanOrEqual', (left: unknown, right: unknown) => arithmetic(left, right, (a, b) => a >= b)],
  ['lessThan', (left: unknown, right: unknown) => arithmetic(left, right, (a, b) => a < b)],
  ['lessThanOrEqual', (left: unknown, right: unknown) => arithmetic(left, right, (a, b) => a <= b)],
]);

function logical(
  values: readonly unknown[],
  work: (values: readonly (boolean | undefined)[]) => boolean,
): boolean | undefined {
  const converted = values.map(toBoolean);
  return converted.includes(undefined) ? undefined : work(converted);
}

function arithmetic(left: unknown, right: unknown, work: (a: number, b: number) => unknown): unknown {
  const [a, b] = [Number(left), Number(right)];
  return left === null || right === null || Number.isNaN(a) || Number.isNaN(b) ? undefined : work(a, b);
}

/** Whether the condition of a `for` took a row: its key and its value. */
function isRow(row: unknown): row is readonly [unknown, unknown] {
  return Array.isArray(row);
}
