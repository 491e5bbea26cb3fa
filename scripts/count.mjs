// Called by .ci/run: counts the outcomes of all tests. Usage: node count.mjs REPORTS [STEP-THAT-FAILED...]
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/**
 * @typedef {{ status: string, fullName?: string, failureMessages?: string[] }} Assertion
 * @typedef {{ name: string, status: string, message?: string, assertionResults: Assertion[] }} TestFile
 * @typedef {{ numPassedTests: number, numFailedTests: number, testResults: TestFile[] }} Report
 */

/** The maximum length of a failure's text: the whole text is above in the output. */
const CHARACTERS_A_FAILURE = 2000;

/** The failures, one text each. A file that could not be loaded has no failed test, but counts as a failure. @param {Report} report */
function failures({ testResults }) {
  return testResults.flatMap(({ name, status, message = '', assertionResults }) => {
    const tests = assertionResults.filter((assertion) => assertion.status === 'failed');
    if (tests.length === 0) return status === 'failed' ? [failure(name, 'the file itself', [message])] : [];
    return tests.map(({ fullName = '', failureMessages = [] }) => failure(name, fullName, failureMessages));
  });
}

const LEFT_OUT = ['skipped', 'pending', 'todo', 'disabled'];

/** The skipped tests, one text each; the name of a test gives the reason. @param {Report} report */
function leftOut({ testResults }) {
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => LEFT_OUT.includes(status))
      .map(({ fullName = '' }) => `left out: ${relative(process.cwd(), name)}: ${fullName}\n`),
  );
}

/** @param {string} file @param {string} test @param {readonly string[]} messages */
function failure(file, test, messages) {
  const text = stripVTControlCharacters(messages.join('\n')).slice(0, CHARACTERS_A_FAILURE).trim();
  return `failed: ${relative(process.cwd(), file)}: ${test}\n${text.replaceAll(/^/gm, '    ')}\n`;
}

const [folder = '', ...failedSteps] = process.argv.slice(2);
/** @type {Report[]} */
const reports = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
const passed = reports.reduce((sum, report) => sum + report.numPassedTests, 0);
const failedTests = reports.flatMap(failures);
// A failed step that no failed test explains: format, lint, types, generated code, the set-up itself.
const failed = failedTests.length > 0 ? failedTests.length : failedSteps.length;
const skipped = reports.flatMap(leftOut);
// At the end, for readers of only the end of the output.
for (const text of skipped) process.stdout.write(text);
for (const text of failedTests) process.stdout.write(text);
for (const step of failedSteps) process.stdout.write(`failed: npm run ${step}\n`);
if (passed === 0) process.stdout.write('no test ran\n');
const others = skipped.length === 0 ? '' : `, ${skipped.length} skipped`;
process.stdout.write(`${passed} passed, ${failed} failed${others}\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
