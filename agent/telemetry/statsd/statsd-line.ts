import type { Registry, SeriesKind } from '../metrics/registry.ts';
import { record, type Series, type Tag } from '../metrics/series.ts';

/** Why a line is not counted: it is no StatsD, or its series is above the limit. */
export type LineFate = 'taken' | 'invalid' | 'unsupported' | 'refused';

const KINDS: Readonly<Record<string, { readonly kind: SeriesKind; readonly unit: 'ms' | '' }>> = {
  c: { kind: 'counter', unit: '' },
  g: { kind: 'gauge', unit: '' },
  ms: { kind: 'histogram', unit: 'ms' },
  h: { kind: 'histogram', unit: '' },
  d: { kind: 'histogram', unit: '' },
  s: { kind: 'set', unit: '' },
};

/** Characters. Longer lines are invalid. */
const LONGEST_LINE = 8192;
const MOST_TAGS = 100;
/** Distinct values of a set in an interval. More are not told apart. */
const MOST_SET_VALUES = 10_000;
/** A rate of 1 in a million. Smaller ones would make one value weigh too much. */
const LEAST_RATE = 1e-6;

/**
 * Adds a line of StatsD or DogStatsD to its series: `NAME:VALUE[:VALUE]|TYPE[|@RATE][|#TAG:VALUE,…]`. Fields after these have no effect.
 * https://docs.datadoghq.com/developers/dogstatsd/datagram_shell/
 */
export function addStatsdLine(registry: Registry, line: string): LineFate {
  if (line.length > LONGEST_LINE) return 'invalid';
  if (line.startsWith('_e{') || line.startsWith('_sc|')) return 'unsupported';
  const bar = line.indexOf('|');
  const colon = line.indexOf(':');
  if (colon < 1 || bar < colon + 2) return 'invalid';
  const fields = parseFields(line, bar + 1);
  if (fields === undefined) return 'invalid';
  const { type, rate, tags } = fields;
  const known = KINDS[type];
  if (known === undefined || rate === undefined) return 'invalid';
  const name = line.slice(0, colon);
  const value = line.slice(colon + 1, bar);
  const isSet = known.kind === 'set';
  const numbers = isSet ? [] : parseNumbers(value);
  if (numbers === undefined || name.includes('\0')) return 'invalid';
  const series = registry.series(`${name}|${type}|${tags}`, known.kind, known.unit, name, () =>
    parseTags(tags),
  );
  if (series === undefined) return 'refused';
  series.changedIn = registry.interval();
  if (series.kind === 'set') addDistinct(series.values, value);
  else addNumbers(series, numbers, value, rate);
  return 'taken';
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

/** DogStatsD packs several values into one line. */
function parseNumbers(text: string): readonly number[] | undefined {
  if (!text.includes(':')) {
    const number = parseNumber(text);
    return number === undefined ? undefined : [number];
  }
  const numbers = text.split(':').map(parseNumber);
  return numbers.every((each) => each !== undefined) ? numbers : undefined;
}

function parseNumber(text: string): number | undefined {
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

function addNumbers(
  series: Exclude<Series, { kind: 'set' }>,
  numbers: readonly number[],
  text: string,
  rate: number,
): void {
  for (const number of numbers) {
    if (series.kind === 'histogram') record(series, number, 1 / rate);
    else if (series.kind === 'counter') series.value += number / rate;
    // With a sign, the value of a gauge is a difference.
    else series.value = /^[+-]/.test(text) ? series.value + number : number;
  }
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
