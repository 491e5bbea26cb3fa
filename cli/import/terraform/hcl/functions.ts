import { posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { RE2JS } from 're2js';
import { isObject } from '../../../../common/is-object.ts';
import { formatted, formattedList } from './format.ts';
import { isScalar } from '../../is-scalar.ts';
import { asSet, chunks, common, distinct, inOrder, product, without } from './sets.ts';

/** A function of Terraform. Returns undefined for arguments that it does not take. */
type Pure = (...args: readonly unknown[]) => unknown;

/**
 * The functions of Terraform that depend on their arguments alone, by name, except those that read files, make random values, or encode in other forms than JSON
 * (Terraform language, "Built-in Functions"). `try` and `can` take failing arguments and are in evaluate.ts.
 */
export const FUNCTIONS: ReadonlyMap<string, Pure> = new Map<string, Pure>([
  ['abs', (value) => numeric(value, Math.abs)],
  ['ceil', (value) => numeric(value, Math.ceil)],
  ['floor', (value) => numeric(value, Math.floor)],
  ['max', (...values) => numbers(values, Math.max)],
  ['min', (...values) => numbers(values, Math.min)],
  ['format', formatted],
  ['formatlist', formattedList],
  ['lower', (text) => textual(text, (value) => value.toLowerCase())],
  ['upper', (text) => textual(text, (value) => value.toUpperCase())],
  [
    'title',
    (text) => textual(text, (value) => value.replaceAll(/\b\p{L}/gu, (first) => first.toUpperCase())),
  ],
  ['trimspace', (text) => textual(text, (value) => value.trim())],
  ['trim', (text, cut) => textual(text, (value) => trimmed(value, String(cut)))],
  ['trimprefix', (text, cut) => textual(text, (value) => withoutPrefix(value, String(cut)))],
  ['trimsuffix', (text, cut) => textual(text, (value) => withoutSuffix(value, String(cut)))],
  ['startswith', (text, start) => textual(text, (value) => value.startsWith(String(start)))],
  ['endswith', (text, end) => textual(text, (value) => value.endsWith(String(end)))],
  ['strcontains', (text, inner) => textual(text, (value) => value.includes(String(inner)))],
  ['replace', replaced],
  ['substr', (text, offset, length) => textual(text, (value) => part(value, Number(offset), Number(length)))],
  [
    'split',
    (separator, text) => textual(text, (value) => (value === '' ? [''] : value.split(String(separator)))),
  ],
  ['join', (separator, ...lists) => listed(lists.flat(), (items) => items.join(String(separator)))],
  ['length', (value) => lengthOf(value)],
  ['concat', (...lists) => (lists.every(Array.isArray) ? lists.flat() : undefined)],
  ['flatten', (list) => listed(list, (items) => items.flat(Infinity))],
  ['compact', (list) => listed(list, (items) => items.filter((item) => item !== '' && item !== null))],
  ['distinct', (list) => listed(list, distinct)],
  ['reverse', (list) => listed(list, (items) => items.toReversed())],
  ['sort', (list) => listed(list, (items) => items.map(String).toSorted(inOrder))],
  ['contains', (list, item) => listed(list, (items) => items.some((each) => isDeepStrictEqual(each, item)))],
  ['element', (list, index) => listed(list, (items) => items[Number(index) % items.length])],
  [
    'index',
    (list, item) => listed(list, (items) => found(items.findIndex((each) => isDeepStrictEqual(each, item)))),
  ],
  ['slice', (list, start, end) => listed(list, (items) => items.slice(Number(start), Number(end)))],
  ['range', (...limits) => numbers(limits, counted)],
  ['one', (list) => listed(list, (items) => (items.length > 1 ? undefined : (items[0] ?? null)))],
  ['keys', (map) => mapped(map, (entries) => entries.map(([key]) => key))],
  ['values', (map) => mapped(map, (entries) => entries.map(([, value]) => value))],
  [
    'lookup',
    (map, key, otherwise) =>
      isObject(map) ? (Object.hasOwn(map, String(key)) ? map[String(key)] : otherwise) : undefined,
  ],
  ['merge', (...maps) => merged(maps)],
  ['zipmap', (keys, values) => zipped(keys, values)],
  ['coalesce', (...values) => values.find((value) => value !== null && value !== '')],
  ['coalescelist', (...lists) => lists.find((list) => Array.isArray(list) && list.length > 0)],
  ['tostring', (value) => (isScalar(value) ? String(value) : value === null ? null : undefined)],
  ['tonumber', toNumber],
  ['tobool', (value) => toBoolean(value)],
  ['tolist', (value) => (Array.isArray(value) ? value : undefined)],
  ['toset', (list) => listed(list, asSet)],
  ['tomap', (map) => (isObject(map) ? map : undefined)],
  ['sensitive', (value) => value],
  ['nonsensitive', (value) => value],
  ['alltrue', (list) => listed(list, (items) => items.every((item) => toBoolean(item) === true))],
  ['anytrue', (list) => listed(list, (items) => items.some((item) => toBoolean(item) === true))],
  ['sum', (list) => listed(list, (items) => (items.length === 0 ? undefined : numbers(items, added)))],
  ['setunion', (...sets) => (sets.every(Array.isArray) ? asSet(sets.flat()) : undefined)],
  ['setintersection', (...sets) => (sets.every(Array.isArray) ? common(sets) : undefined)],
  ['setsubtract', (a, b) => listed(a, (items) => listed(b, (others) => without(items, others)))],
  ['setproduct', (...lists) => (lists.every(Array.isArray) ? product(lists) : undefined)],
  ['chunklist', (list, size) => listed(list, (items) => chunks(items, Number(size)))],
  ['chomp', (text) => textual(text, (value) => value.replace(/(?:\r?\n)+$/, ''))],
  ['strrev', (text) => textual(text, (value) => Array.from(value).toReversed().join(''))],
  ['basename', (text) => textual(text, (value) => posix.basename(value))],
  ['dirname', (text) => textual(text, (value) => posix.dirname(value))],
  ['base64encode', (text) => textual(text, (value) => Buffer.from(value).toString('base64'))],
  ['base64decode', (text) => textual(text, (value) => Buffer.from(value, 'base64').toString())],
  ['jsonencode', toJson],
  ['jsondecode', (text) => textual(text, fromJson)],
  ['regex', (pattern, text) => matched(pattern, text)],
]);

/** Returns a boolean as Terraform converts to one; undefined for any other value. */
export function toBoolean(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
}

function toNumber(value: unknown): unknown {
  if (value === null) return null;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && !Number.isNaN(number) ? number : undefined;
}

function numeric(value: unknown, work: (value: number) => unknown): unknown {
  const number = toNumber(value);
  return typeof number === 'number' ? work(number) : undefined;
}

function numbers(values: readonly unknown[], work: (...values: readonly number[]) => unknown): unknown {
  const converted = values.flat().map(toNumber);
  return converted.every((each) => typeof each === 'number') ? work(...converted) : undefined;
}

function textual(value: unknown, work: (value: string) => unknown): unknown {
  return isScalar(value) ? work(String(value)) : undefined;
}

function listed(value: unknown, work: (items: readonly unknown[]) => unknown): unknown {
  return Array.isArray(value) ? work(value as readonly unknown[]) : undefined;
}

/** Terraform orders maps by their keys. */
function mapped(
  value: unknown,
  work: (entries: readonly (readonly [string, unknown])[]) => unknown,
): unknown {
  if (!isObject(value)) return undefined;
  return work(Object.entries(value).toSorted(([a], [b]) => inOrder(a, b)));
}

function added(...values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The match of a regular expression of RE2: a text, or the groups as a list. Named groups are not evaluated. */
function matched(pattern: unknown, text: unknown): unknown {
  if (typeof pattern !== 'string' || !isScalar(text) || pattern.includes('(?P<')) return undefined;
  try {
    const matcher = RE2JS.compile(pattern).matcher(String(text));
    if (!matcher.find()) return undefined;
    const count = matcher.groupCount();
    return count === 0
      ? matcher.group()
      : Array.from({ length: count }, (_, index) => matcher.group(index + 1));
  } catch {
    return undefined;
  }
}

function found(index: number): number | undefined {
  return index < 0 ? undefined : index;
}

function merged(maps: readonly unknown[]): unknown {
  const given = maps.filter((map) => map !== null);
  return given.every(isObject) ? (Object.assign({}, ...given) as unknown) : undefined;
}

function zipped(keys: unknown, values: unknown): unknown {
  if (!Array.isArray(keys) || !Array.isArray(values) || keys.length !== values.length) return undefined;
  return Object.fromEntries(keys.map((key, index) => [String(key), values[index] as unknown]));
}

function lengthOf(value: unknown): number | undefined {
  if (typeof value === 'string') return Array.from(value).length;
  if (Array.isArray(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : undefined;
}

function counted(...limits: readonly number[]): readonly number[] | undefined {
  const [start, end, step] = limits.length === 1 ? [0, limits[0], 1] : limits;
  if (start === undefined || end === undefined) return undefined;
  const by = step ?? (start <= end ? 1 : -1);
  const length = Math.ceil((end - start) / by);
  return by === 0 || length > MOST_ITEMS
    ? undefined
    : Array.from({ length: Math.max(0, length) }, (_, index) => start + index * by);
}

/** Terraform's own limit for `range`. */
const MOST_ITEMS = 1024;

function part(text: string, offset: number, length: number): string {
  const letters = Array.from(text);
  const start = offset < 0 ? letters.length + offset : offset;
  return letters.slice(start, length < 0 ? undefined : start + length).join('');
}

function trimmed(text: string, cut: string): string {
  const letters = new Set(cut);
  const kept = Array.from(text);
  while (letters.has(kept[0] ?? '')) kept.shift();
  while (letters.has(kept.at(-1) ?? '')) kept.pop();
  return kept.join('');
}

function withoutPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

function withoutSuffix(text: string, suffix: string): string {
  return suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
}

/** A pattern between slashes is a regular expression of RE2, in which `$1` and `${name}` stand for groups. */
function replaced(text: unknown, pattern: unknown, by: unknown): unknown {
  if (!isScalar(text) || typeof pattern !== 'string' || !isScalar(by)) return undefined;
  const expression = /^\/(.+)\/$/s.exec(pattern)?.[1];
  if (expression === undefined) return String(text).replaceAll(pattern, () => String(by));
  try {
    return RE2JS.compile(expression).matcher(String(text)).replaceAll(String(by));
  } catch {
    return undefined;
  }
}

/** Terraform writes members in the order of their names, and escapes what HTML would read. */
function toJson(value: unknown): unknown {
  const sorted = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(sorted);
    if (!isObject(each)) return each;
    return Object.fromEntries(inOrderOfNames(each).map(([name, member]) => [name, sorted(member)]));
  };
  return JSON.stringify(sorted(value))?.replaceAll(
    /[<>&\u2028\u2029]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function inOrderOfNames(map: Readonly<Record<string, unknown>>): readonly [string, unknown][] {
  return Object.entries(map).toSorted(([a], [b]) => inOrder(a, b));
}
