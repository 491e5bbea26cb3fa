/**
 * Whether the short form of the tests runs, as `npm run check` asks for by DAYBREAK_TESTS=short: tests that wait for seconds to pass
 * are skipped, and random cases are fewer. `npm test` runs everything.
 */
export const SHORT_FORM = process.env['DAYBREAK_TESTS'] === 'short';

/**
 * How many random cases a property is tried with: `full`, and in the short form a tenth of it, at least five. DAYBREAK_TEST_RUNS,
 * where it is set, names the number for all properties.
 */
export function runs(full: number): number {
  const named = process.env['DAYBREAK_TEST_RUNS'];
  if (named !== undefined) return Number(named);
  return SHORT_FORM ? Math.max(5, Math.ceil(full / 10)) : full;
}
