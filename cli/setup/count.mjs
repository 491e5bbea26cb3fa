// Called by .ci/run: counts what the tests of a run came to. Usage: node count.mjs REPORTS [STEP-THAT-FAILED...]
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ numPassedTests: number, numFailedTests: number, success: boolean,
 *   testResults: { status: string, assertionResults: { status: string }[] }[] }} Report
 */

/** A file that could not even be loaded has failed no test, and yet has failed. @param {Report} report */
function failures({ testResults, numFailedTests }) {
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  );
  return numFailedTests + broken.length;
}

const [folder = '', ...failedSteps] = process.argv.slice(2);
/** @type {Report[]} */
const reports = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
const passed = reports.reduce((sum, report) => sum + report.numPassedTests, 0);
const failedTests = reports.reduce((sum, report) => sum + failures(report), 0);
// A failed step that no failed test explains: format, lint, types, generated code, the set-up itself.
const failed = failedTests > 0 ? failedTests : failedSteps.length;
for (const step of failedSteps) process.stdout.write(`failed: npm run ${step}\n`);
if (passed === 0) process.stdout.write('no test ran\n');
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
