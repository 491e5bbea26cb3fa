import { join } from 'node:path';
import { sideBySide } from './side-by-side.mjs';

/** @import { Context } from '../context.mjs' */

/**
 * `npm run check`: format, language, lint, types, and the unit tests in their short form (common/testing/short-form.ts). The compiler
 * keeps its results, so that it checks only files that changed since, and files that depend on them.
 * @param {Context} context
 * @param {readonly string[]} args for vitest; `--no-unit-tests` leaves them out, for a run that has them all afterwards
 */
export function check(context, args) {
  const unitTests = { name: 'unit tests', command: 'vitest', args: ['run', '--project', 'unit', ...args] };
  const short = { ...context, env: { DAYBREAK_TESTS: 'short', ...context.env } };
  return sideBySide(short, [
    { name: 'format', command: 'biome', args: ['format', '.'] },
    { name: 'language', command: 'node', args: [join(context.root, 'scripts/language/check.mjs')] },
    { name: 'lint', command: 'oxlint', args: ['--type-aware', '--deny-warnings'] },
    { name: 'types', command: 'tsc', args: [] },
    { name: "the console's types", command: 'tsc', args: ['-p', join(context.root, 'console')] },
    ...(args.includes('--no-unit-tests') ? [] : [unitTests]),
  ]);
}
