import { programSize } from './regex-size.ts';
import { errorText } from '../../../../common/error-text.ts';

/** The largest program of a compiled expression: App Mesh's bootstrap sets it (`re2.max_program_size.error_level`). */
export const LARGEST_PROGRAM = 1000;

/** An escape of a character beyond Latin-1, by its number in hexadecimal (`\\x{100}`) or octal (`\\400`). */
const WIDE_ESCAPE = /(?<!\\)(?:\\\\)*(\\x\{0*[1-9a-f][0-9a-f]{2,}\}|\\[4-7][0-7]{2})/i;

/** Returns the first escape that stands for no byte; undefined if there is none. Envoy 1.40 matches bytes. */
export function wideEscape(regex: string): string | undefined {
  return WIDE_ESCAPE.exec(regex)?.[1];
}

/** Returns why RE2, which Envoy uses, would reject an expression; undefined if every supported Envoy accepts it. */
export function regexProblem(regex: string): string | undefined {
  const wide = wideEscape(regex);
  if (wide !== undefined) return `${wide} is no byte, and Envoy matches bytes: write the character itself`;
  try {
    const size = programSize(regex);
    if (size <= LARGEST_PROGRAM) return undefined;
    return `the expression is too large: about ${size} instructions, at most ${LARGEST_PROGRAM} are allowed`;
  } catch (error) {
    return `no regular expression of RE2: ${errorText(error)}`;
  }
}
