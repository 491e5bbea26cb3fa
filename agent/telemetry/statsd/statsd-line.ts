import type { Registry, SeriesKind } from '../metrics/registry.ts';
import { record, type Series, type Tag } from '../metrics/series.ts';

/** Why a line is not counted: it is not StatsD, or its series is above the limit. */
export type LineFate = 'taken' | 'invalid' | 'unsupported' | 'refused';

type Kind = { readonly kind: SeriesKind; readonly unit: 'ms' | '' };

const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['c', { kind: 'counter', unit: '' }],
  ['g', { kind: 'gauge', unit: '' }],
  ['ms', { kind: 'histogram', unit: 'ms' }],
  ['h', { kind: 'histogram', unit: '' }],
  ['d', { kind: 'histogram', unit: '' }],
  ['s', { kind: 'set', unit: '' }],
]);

/** Characters. Longer lines are invalid. */
const LONGEST_LINE = 8192;
const MOST_TAGS = 100;
/** Distinct values of a set in an interval. Further ones are not counted. */
const MOST_SET_VALUES = 10_000;
/** A rate of 1 in a million. Smaller ones would make one value weigh too much. */
const LEAST_RATE = 1e-6;

/**
 * Adds a line of StatsD or DogStatsD to its series: `NAME:VALUE[:VALUE]|TYPE[|@RATE][|#TAG:VALUE,…]`. Fields after these have no effect. Etsy's
 * daemon also takes several values with a type each, `NAME:VALUE|TYPE:VALUE|TYPE`, and white space after them.
 * https://docs.datadoghq.com/developers/dogstatsd/datagram_shell/, https://github.com/statsd/statsd/blob/master/docs/metric_types.md
 */
export function addStatsdLine(registry: Registry, text: string): LineFate {
  if (text.length > LONGEST_LINE) return 'invalid';
  const line = text.trimEnd();
  if (line.startsWith('_e{') || line.startsWith('_sc|')) return 'unsupported';
  const bar = line.indexOf('|');
  const colon = line.indexOf(':');
  if (colon < 1 || bar < colon + 2) return 'invalid';
  const fields = parseFields(line, bar + 1);
  if (fields === undefined) return 'invalid';
  const { type, rate, tags } = fields;
  const known = KINDS.get(type);
  if (known === undefined || rate === undefined) return addEach(registry, line, colon);
  const name = line.slice(0, colon);
  const value = line.slice(colon + 1, bar);
  const isSet = known.kind === 'set';
  const numbers = isSet ? [] : parseNumbers(value, rate);
  if (numbers === undefined || name.includes('\0')) return 'invalid';
  const series = registry.series(`${name}|${type}|${tags}`, known.kind, known.unit, name, () =>
    parseTags(tags),
  );
  if (series === undefined) return 'refused';
  series.changedIn = registry.interval();
  if (series.kind === 'set') addDistinct(series.values, value);
  else if (!numbers.every((number) => addNumber(series, number, rate))) return 'invalid';
  return 'taken';
}

/** Adds values that have a type each. Tags may have colons: a line with tags has one type. */
function addEach(registry: Registry, line: string, colon: number): LineFate {
  const values = line.slice(colon + 1).split(':');
  if (values.length === 1 || line.includes('|#')) return 'invalid';
  const fates = values.map((value) => addStatsdLine(registry, `${line.slice(0, colon)}:${value}`));
  return fates.find((fate) => fate !== 'taken') ?? 'taken';
}

type Fields = { readonly type: string; readonly rate: number | undefined; readonly tags: string };

/** Parses the fields after the value. The rate is undefined if it is invalid. */
function parseFields(line: string, start: number): Fields | undefined {
  const first = line.indexOf('|', start);
  if (first === -1) return { type: line.slice(start), rate: 1, tags: '' };
  let rate: number | undefined = 1;
  let tags = '';
  for (const field of line.slice(first + 1).split('|')) {
    if (field.startsWith('@')) rate = parseRate(field.slice(1));
    else if (field.startsWith('#')) tags = field.slice(1);
  }
  return { type: line.slice(start, first), rate, tags };
}

function parseRate(text: string): number | undefined {
  const rate = Number(text);
  return rate >= LEAST_RATE && rate <= 1 ? rate : undefined;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** A number, and whether it has a sign, with which the value of a gauge is a difference. */
type Numeral = { readonly number: number; readonly isSigned: boolean };

/** DogStatsD packs several values into one line. */
function parseNumbers(text: string, rate: number): readonly Numeral[] | undefined {
  const numbers = text.split(':').map((each) => parseNumber(each, rate));
  return numbers.every((each) => each !== undefined) ? numbers : undefined;
}

function parseNumber(text: string, rate: number): Numeral | undefined {
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number / rate) ? { number, isSigned: /^[+-]/.test(text) } : undefined;
}

/** Returns false if the sum would be infinite: no later value would bring it back. */
function addNumber(
  series: Exclude<Series, { kind: 'set' }>,
  { number, isSigned }: Numeral,
  rate: number,
): boolean {
  if (series.kind === 'histogram') {
    if (!Number.isFinite(series.sum + number / rate)) return false;
    record(series, number, 1 / rate);
    return true;
  }
  const isCounter = series.kind === 'counter';
  const value = isCounter ? series.value + number / rate : isSigned ? series.value + number : number;
  if (!Number.isFinite(value)) return false;
  if (isCounter) series.hasFallen ||= number < 0;
  series.value = value;
  return true;
}

function addDistinct(values: Set<string>, value: string): void {
  if (values.size < MOST_SET_VALUES) values.add(value);
}

function parseTags(text: string): Tag[] {
  if (text === '') return [];
  const tags = new Map<string, string>();
  for (const part of text.split(',', MOST_TAGS)) {
    const colon = part.indexOf(':');
    const name = colon === -1 ? part : part.slice(0, colon);
    if (name !== '') tags.set(name, colon === -1 ? '' : part.slice(colon + 1));
  }
  return [...tags];
}
