import type { HttpAccess } from '../../model/daybreak-types.ts';

type Path = NonNullable<HttpAccess['path']>;

/** An escape, or one character. */
const PARTS = /%[0-9A-F]{2}|./g;
/** Characters that Envoy leaves as it finds them, plain or escaped; it escapes others, and takes escaped letters and digits for plain ones. */
const LEFT = /^[!$&'()*+,;=:@[\]]$/;

/** Segments of nothing but a parameter. */
const EMPTY_SEGMENTS = '(?:;[^/?]*/)*';
const PARAMETER = '(?:;[^/?]*)?';

/**
 * Returns the expression of the normalized paths that an application may take for a path of a rule: it may decode escapes, in digits of either
 * case, and ignore parameters (`/a;x=1/b`). Without this, a caller would write a refused path in another way. For RE2 and JavaScript; it
 * begins at the path's beginning, and ends at that of the query, or with the prefix.
 */
export function deniedPaths({ exact, prefix = '/' }: Path): string {
  const [, ...parts] = Array.from((exact ?? prefix).matchAll(PARTS), ([part]) => part);
  return `/${EMPTY_SEGMENTS}${parts.map(expression).join('')}${exact === undefined ? '' : PARAMETER}`;
}

/** The expression of the paths that a rule with a path refuses in any case: an application may take them for any other one. */
export const UNCLEAR_PATHS = String.raw`[^?]*(?:%2[Ff]|%5[Cc]|/\.\.?;)`;

function expression(part: string): string {
  if (part === '/') return `${PARAMETER}/${EMPTY_SEGMENTS}`;
  const character = part.length === 1 ? part : String.fromCharCode(Number.parseInt(part.slice(1), 16));
  if (LEFT.test(character)) return `(?:\\${character}|${escaped(character)})`;
  return part.length === 1 ? part.replace('.', String.raw`\.`) : escaped(character);
}

/** The escape of a character below 256, with digits of either case. */
function escaped(character: string): string {
  const digits = character.charCodeAt(0).toString(16).padStart(2, '0');
  return `%${digits.replaceAll(/[a-f]/g, (digit) => `[${digit.toUpperCase()}${digit}]`)}`;
}
