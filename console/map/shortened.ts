/** The longest name on a piece, in characters of usual width. */
const NAME_LIMIT = 19;

const NARROW = 0.7;
const USUAL = 1.1;

/** Widths of letters, in characters of usual width: those of common fonts, rounded up. Other letters are like most small ones. */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[\u2e80-\u{10ffff}]/u, 2],
  [/[mwMW@%]/, 1.7],
  [/[A-Z<>=+~#&]/, 1.4],
  [/[ijlftr.,:;|'!()[\]/ -]/, NARROW],
];

/** Returns the length of a text, in characters of usual width. */
export function lengthOf(text: string): number {
  const widthOf = (letter: string): number => WIDTHS.find(([of]) => of.test(letter))?.[1] ?? USUAL;
  return Array.from(text).reduce((sum, letter) => sum + widthOf(letter), 0);
}

/** Shortens a text in its middle, because names often differ at the end. `limit`: in characters of usual width. */
export function shortened(text: string, limit = NAME_LIMIT): string {
  if (lengthOf(text) <= limit) return text;
  const letters = Array.from(text);
  for (let kept = Math.min(letters.length - 1, Math.floor(limit / NARROW)); ; kept--) {
    const head = Math.ceil(kept * 0.6);
    const shorter = `${letters.slice(0, head).join('')}…${letters.slice(letters.length - (kept - head)).join('')}`;
    if (kept <= 4 || lengthOf(shorter) <= limit) return shorter;
  }
}
