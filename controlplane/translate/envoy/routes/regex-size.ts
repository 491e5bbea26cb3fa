import { RE2JS } from 're2js';

/** One instruction of a program; `runes` are what it matches: one character, with an `arg` in either case, or pairs of first and last. */
type Instruction = { readonly runes?: readonly number[]; readonly arg?: number };

/** The last characters of one to three bytes in UTF-8. */
const LAST = [0x7f, 0x7ff, 0xffff] as const;

const HIGHEST = 0x10ffff;

/** All characters beyond ASCII together, which RE2 has a short form for. */
const ALL_OTHERS = 6;

/** Instructions that RE2 adds at the ends of every program. */
const ENDS = 2;

/** The margin of a class's trie over the count of `classSize`: up to 6 in 100 were measured. */
const MARGIN = 1.1;

/** The longest UTF-8 encoding of another case of a letter, in bytes: `k` also matches the Kelvin sign. */
const FOLD = 4;

/**
 * Estimates, slightly too high, how many instructions an expression has in RE2 of any supported Envoy: 1.37 reads UTF-8, 1.40
 * Latin-1. `a` has 5; `\pL` has 1,200 in UTF-8 and 12 in Latin-1, while re2js has 3 for either.
 * @throws Error if the text is not a valid RE2 expression
 */
export function programSize(expression: string): number {
  const bytes = Buffer.from(expression).toString('latin1');
  return Math.max(sizeOf(bytes, latin1Size), sizeOf(expression, utf8Size));
}

function sizeOf(expression: string, matchSize: (runes: readonly number[], folds: boolean) => number): number {
  const program = RE2JS.compile(expression).re2Input.prog.inst as readonly Instruction[];
  // A repetition is a sequence of instructions with the same class.
  const known = new Map<string, number>();
  return program.reduce((size, { runes = [], arg = 0 }) => {
    const key = `${arg} ${runes.join()}`;
    const own = known.get(key) ?? (runes.length === 0 ? 1 : matchSize(runes, arg > 0));
    known.set(key, own);
    return size + own;
  }, ENDS);
}

/** Counts one instruction per range of a class. */
function latin1Size(runes: readonly number[]): number {
  return Math.max(1, runes.filter((first, index) => index % 2 === 0 && first <= 0xff).length);
}

function utf8Size(runes: readonly number[], folds: boolean): number {
  const [first = 0] = runes;
  if (runes.length === 1) return utf8Length(first) + (folds ? FOLD : 0);
  const low = runes.at(-2) ?? 0;
  if (runes.at(-1) !== HIGHEST || low > LAST[0] + 1) return classSize(runes);
  const ascii = low <= LAST[0] ? [low, LAST[0]] : [];
  return ALL_OTHERS + classSize([...runes.slice(0, -2), ...ascii]);
}

/** Counts the byte-range sequences of a class. RE2 shares common prefixes and suffixes of the sequences. */
function classSize(runes: readonly number[]): number {
  const beginnings = new Set<string>();
  const ends = new Set<string>();
  for (let index = 0; index < runes.length; index += 2) {
    for (const sequence of sequences(runes[index] ?? 0, runes[index + 1] ?? 0)) {
      sequence.forEach((_, at) => {
        beginnings.add(sequence.slice(0, at + 1).join());
        ends.add(sequence.slice(at).join());
      });
    }
  }
  const size = Math.min(beginnings.size, ends.size);
  return runes.every((rune) => rune <= LAST[0]) ? size : Math.ceil(size * MARGIN);
}

/** Splits a range of characters into UTF-8 sequences of byte ranges, each range as a text. */
function sequences(low: number, high: number): readonly (readonly string[])[] {
  const cut = cutOf(low, high);
  if (cut !== undefined) return [...sequences(low, cut), ...sequences(cut + 1, high)];
  const [from, to] = [utf8(low), utf8(high)];
  return [[...from].map((byte, index) => `${byte}-${to[index]}`)];
}

/** Returns after which character to split a range, so that each byte position covers one contiguous range. */
function cutOf(low: number, high: number): number | undefined {
  const last = LAST.find((each) => low <= each && high > each);
  if (last !== undefined) return last;
  if (high <= LAST[0]) return undefined;
  for (const bits of [6, 12, 18]) {
    const mask = 2 ** bits - 1;
    if ((low & ~mask) === (high & ~mask)) continue;
    if ((low & mask) !== 0) return low | mask;
    if ((high & mask) !== mask) return (high & ~mask) - 1;
  }
  return undefined;
}

function utf8Length(rune: number): number {
  return LAST.filter((last) => rune > last).length + 1;
}

/** Encodes a character as UTF-8, also lone surrogates, which Buffer would not write. */
function utf8(rune: number): readonly number[] {
  const length = utf8Length(rune);
  if (length === 1) return [rune];
  const tail = Array.from(
    { length: length - 1 },
    (_, index) => 0x80 | ((rune >> (6 * (length - 2 - index))) & 0x3f),
  );
  const lead = [0, 0, 0xc0, 0xe0, 0xf0][length] ?? 0;
  return [lead | (rune >> (6 * (length - 1))), ...tail];
}
