import { sideBySide } from './side-by-side.mjs';

/** @import { Workshop } from '../workshop.mjs' */

/**
 * `npm run check`: format, lint, types and unit tests.
 * @param {Workshop} workshop
 * @param {readonly string[]} args for vitest
 */
export function check(workshop, args) {
  return sideBySide(workshop, [
    { name: 'format', command: 'biome', args: ['format', '.'] },
    { name: 'lint', command: 'oxlint', args: ['--type-aware', '--deny-warnings'] },
    { name: 'types', command: 'tsc', args: [] },
    { name: 'unit tests', command: 'vitest', args: ['run', '--project', 'unit', ...args] },
  ]);
}
