/** The longest name on a piece, in characters of usual width. */
const NAME_LIMIT = 19;

/** Returns the length of a text, in characters of usual width: wide ones count twice. */
export function lengthOf(text: string): number {
  return Array.from(text).reduce((sum, letter) => sum + ((letter.codePointAt(0) ?? 0) > 0x2e80 ? 2 : 1), 0);
}

/** Shortens a text in its middle, because names often differ at the end. Wide characters count twice. */
export function shortened(text: string, limit = NAME_LIMIT): string {
  const letters = Array.from(text);
  const width = lengthOf(text);
  if (width <= limit) return text;
  const kept = Math.max(4, Math.floor((limit * letters.length) / width) - 1);
  const head = Math.ceil(kept * 0.6);
  return `${letters.slice(0, head).join('')}…${letters.slice(letters.length - (kept - head)).join('')}`;
}
