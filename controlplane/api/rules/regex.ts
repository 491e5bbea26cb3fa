import { RE2JS } from 're2js';
import type { Violation } from '../violation.ts';

/** App Mesh's bootstrap sets `re2.max_program_size.error_level` to this; Envoy refuses an expression that is larger. */
const MAX_PROGRAM_SIZE = 1000;

/** An expression that Envoy will take: RE2, and not too large. */
export function regex(value: string, path: string): readonly Violation[] {
  try {
    RE2JS.compile(value);
    const size = programSize(value);
    if (size <= MAX_PROGRAM_SIZE) return [];
    const constraint = `Member must be a smaller regular expression: its RE2 program has about ${size} instructions, and Envoy takes ${MAX_PROGRAM_SIZE}`;
    return [{ path, value, constraint }];
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
    return [{ path, value, constraint: `Member must be a regular expression as RE2 has them: ${reason}` }];
  }
}

/** One instruction of a program; `runes` are what it matches: one character, or pairs of first and last. */
type Instruction = { readonly runes?: readonly number[] };

/**
 * The size that Envoy's RE2 gives, or a little more. It works on bytes (Latin-1), with one instruction for each range of a
 * class, where re2js has one for the class.
 */
function programSize(value: string): number {
  const bytes = Buffer.from(value).toString('latin1');
  const program = RE2JS.compile(bytes).re2Input.prog.inst as readonly Instruction[];
  return program.reduce((size, { runes = [] }) => size + Math.max(1, byteRanges(runes)), 2);
}

function byteRanges(runes: readonly number[]): number {
  return runes.filter((first, index) => index % 2 === 0 && first <= 0xff).length;
}
