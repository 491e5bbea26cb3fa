// Called by .ci/run: counts the outcomes of all tests. Usage: node count.mjs REPORTS [STEP-THAT-FAILED...]
// A file that passed when it ran again by itself counts as passed; how it failed at first is printed as `unsteady:`.
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { hasFailed, readReports, SECOND_ATTEMPTS } from './reports.mjs';

/** @import { TestFile } from './reports.mjs' */

/** The maximum length of a failure's text: the whole text is above in the output. */
const CHARACTERS_A_FAILURE = 2000;

/**
 * The failures of a file, one text each. A file that could not be loaded has no failed test, but counts as a failure.
 * @param {TestFile} file @param {string} [word] what the texts begin with
 */
function failures({ name, status, message = '', assertionResults }, word = 'failed') {
  const tests = assertionResults.filter((assertion) => assertion.status === 'failed');
  if (tests.length === 0)
    return status === 'failed' ? [failure(word, name, 'the file itself', [message])] : [];
  return tests.map(({ fullName = '', failureMessages = [] }) =>
    failure(word, name, fullName, failureMessages),
  );
}

const LEFT_OUT = ['skipped', 'pending', 'todo', 'disabled'];

/** The skipped tests of a file, one text each; the name of a test gives the reason. @param {TestFile} file */
function leftOut({ name, assertionResults }) {
  return assertionResults
    .filter(({ status }) => LEFT_OUT.includes(status))
    .map(({ fullName = '' }) => `left out: ${relative(process.cwd(), name)}: ${fullName}\n`);
}

/** @param {string} word @param {string} file @param {string} test @param {readonly string[]} messages */
function failure(word, file, test, messages) {
  const text = stripVTControlCharacters(messages.join('\n')).slice(0, CHARACTERS_A_FAILURE).trim();
  return `${word}: ${relative(process.cwd(), file)}: ${test}\n${text.replaceAll(/^/gm, '    ')}\n`;
}

const [folder = '', ...failedSteps] = process.argv.slice(2);
const first = readReports(folder).flatMap(({ testResults }) => testResults);
const again = new Map(
  readReports(join(folder, SECOND_ATTEMPTS)).flatMap(({ testResults }) =>
    testResults.map((file) => [file.name, file]),
  ),
);
const files = first.map((file) => again.get(file.name) ?? file);
const unsteady = first
  .filter((file, index) => hasFailed(file) && !hasFailed(files[index] ?? file))
  .flatMap((file) => failures(file, 'unsteady'));
const passed = files
  .flatMap(({ assertionResults }) => assertionResults)
  .filter(({ status }) => status === 'passed').length;
const failedTests = files.flatMap((file) => failures(file));
// A failed step that no failed test explains: format, lint, types, generated code, the set-up itself.
const failed = failedTests.length > 0 ? failedTests.length : failedSteps.length;
const skipped = files.flatMap(leftOut);
// At the end, for readers of only the end of the output.
for (const text of skipped) process.stdout.write(text);
for (const text of unsteady) process.stdout.write(text);
for (const text of failedTests) process.stdout.write(text);
for (const step of failedSteps) process.stdout.write(`failed: npm run ${step}\n`);
if (passed === 0) process.stdout.write('no test ran\n');
const others = skipped.length === 0 ? '' : `, ${skipped.length} skipped`;
process.stdout.write(`${passed} passed, ${failed} failed${others}\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
