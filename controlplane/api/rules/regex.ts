import { LARGEST_PROGRAM, wideEscape } from '../../translate/envoy/routes/regex.ts';
import { programSize } from '../../translate/envoy/routes/regex-size.ts';
import type { Broken } from './rule.ts';

/** Checks that every supported Envoy accepts an expression: valid RE2, and not too large. */
export function regex(value: string, path: string): readonly Broken[] {
  const wide = wideEscape(value);
  if (wide !== undefined) {
    const constraint = `Member must be a regular expression over bytes, which excludes ${wide}: write the character itself`;
    return [{ rule: 'regex', path, value, constraint }];
  }
  try {
    const size = programSize(value);
    if (size <= LARGEST_PROGRAM) return [];
    const constraint = `Member must be a smaller regular expression: its RE2 program has about ${size} instructions, and Envoy accepts at most ${LARGEST_PROGRAM}`;
    return [{ rule: 'regex', path, value, constraint }];
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
    return [
      {
        rule: 'regex',
        path,
        value,
        constraint: `Member must be a valid RE2 regular expression: ${reason}`,
      },
    ];
  }
}
