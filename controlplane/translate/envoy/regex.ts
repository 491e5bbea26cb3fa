import { RE2JS } from 're2js';

/** How large a compiled expression may be: what App Mesh's bootstrap allows (`re2.max_program_size.error_level`). */
const LARGEST_PROGRAM = 1000;

/** Instructions that RE2 spends on the ends of an expression, beyond ours. */
const MARGIN = 10;

/** Why RE2, which Envoy matches with, would refuse an expression; undefined when it would not. */
export function regexProblem(regex: string): string | undefined {
  try {
    const size = (RE2JS.compile(regex).programSize() + MARGIN) * byteFactor(regex);
    if (size <= LARGEST_PROGRAM) return undefined;
    return `the expression is too large: about ${size} instructions, at most ${LARGEST_PROGRAM} are allowed`;
  } catch (error) {
    return `no regular expression of RE2: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** How many instructions RE2, which reads bytes, may need where ours, which reads characters, needs one. */
function byteFactor(regex: string): number {
  if (/\\p|[^\0-\x7f]/i.test(regex)) return 8;
  return /\.|\[\^|\\[WDS]/.test(regex) ? 2 : 1;
}
