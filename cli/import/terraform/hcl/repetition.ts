import { Open } from '../../source.ts';
import type { Bindings } from './evaluate.ts';
import { entriesOf } from './evaluate.ts';
import { isScalar } from '../../is-scalar.ts';
import type { Step } from './expression.ts';

/** An instance of a resource or of a module's call. `key`: undefined without `count` and `for_each`. */
export type Instance = { readonly key: Step | undefined; readonly bindings: Bindings };

/** The instances of a block; or the questions on which their number depends; or the error of `count` or `for_each`. */
export type Instances =
  | { readonly kind: 'known'; readonly instances: readonly Instance[] }
  | { readonly kind: 'open'; readonly open: Open }
  | { readonly kind: 'wrong'; readonly message: string };

/** No names besides those of the module. */
export const NO_BINDINGS: Bindings = new Map();

/** The largest `count` that import takes. */
const MOST_INSTANCES = 1000;

/** Returns the instances of a block with or without `count` or `for_each`. `evaluate`: returns the value of one of these. */
export function instancesOf(
  body: Readonly<Record<string, unknown>>,
  evaluate: (name: 'count' | 'for_each') => unknown,
): Instances {
  if ('count' in body) return countedInstances(evaluate('count'));
  if ('for_each' in body) return eachInstance(evaluate('for_each'));
  return { kind: 'known', instances: [{ key: undefined, bindings: NO_BINDINGS }] };
}

/** Returns the suffix of an address: `[0]`, `["a"]`, or nothing. */
export function suffixOf(key: Step | undefined): string {
  if (key === undefined) return '';
  return typeof key === 'number' ? `[${key}]` : `[${JSON.stringify(key)}]`;
}

function countedInstances(value: unknown): Instances {
  if (value instanceof Open) return { kind: 'open', open: value };
  const count = isScalar(value) ? Number(value) : Number.NaN;
  if (!Number.isInteger(count) || count < 0 || count > MOST_INSTANCES) {
    return {
      kind: 'wrong',
      message: `count is ${shown(value)}: it has to be a number from 0 to ${MOST_INSTANCES}`,
    };
  }
  const instances = Array.from({ length: count }, (_, index) => ({
    key: index,
    bindings: new Map([['count', { index }]]),
  }));
  return { kind: 'known', instances };
}

/** A set has its items as keys too (Terraform language, "The for_each Meta-Argument"). */
function eachInstance(given: unknown): Instances {
  if (given instanceof Open) return { kind: 'open', open: given };
  const value = collectionFrom(given);
  const items = entriesOf(value)?.map(([key, item]) => [Array.isArray(value) ? item : key, item] as const);
  if (items === undefined || !items.every(([key]) => isScalar(key))) {
    return { kind: 'wrong', message: `for_each is ${shown(value)}: it has to be a map, or a set of texts` };
  }
  const instances = items.map(([key, item]) => ({
    key: String(key),
    bindings: new Map([['each', { key: String(key), value: item }]]),
  }));
  return { kind: 'known', instances };
}

/** Returns the collection that an answer writes as JSON, such as `["a","b"]`; other values unchanged. */
export function collectionFrom(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'unknown';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
