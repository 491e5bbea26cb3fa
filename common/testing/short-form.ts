/**
 * Whether the short form of the tests runs (DAYBREAK_TESTS=short, set by `npm run check`): it skips tests that wait for seconds, and
 * runs fewer random cases. `npm test` runs everything.
 */
export const SHORT_FORM = process.env['DAYBREAK_TESTS'] === 'short';

/**
 * Returns the number of random cases of a property: `full`, or `short` in the short form, by default a tenth of `full`, at least five.
 * DAYBREAK_TEST_RUNS overrides the number for all properties.
 */
export function runs(full: number, short = Math.max(5, Math.ceil(full / 10))): number {
  const named = process.env['DAYBREAK_TEST_RUNS'];
  if (named !== undefined) return Number(named);
  return SHORT_FORM ? short : full;
}
