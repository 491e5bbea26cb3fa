import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The parts of vitest's JSON report that are read here.
 * @typedef {{ status: string, fullName?: string, failureMessages?: string[] }} Assertion
 * @typedef {{ name: string, status: string, message?: string, assertionResults: Assertion[] }} TestFile
 * @typedef {{ testResults: TestFile[] }} Report
 */

/** The folder, in that of the reports, of the reports of second attempts. */
export const SECOND_ATTEMPTS = 'second-attempts';

/** The most files of a project that get a second attempt: more that fail together have one cause, and it is no chance. */
const MOST_FILES_AGAIN = 3;

/**
 * Returns the reports of a folder. None if it does not exist.
 * @param {string} folder
 * @returns {Report[]}
 */
export function readReports(folder) {
  return jsonFilesIn(folder).map((name) => readReport(join(folder, name)));
}

/** @param {string} file @returns {Report} */
export function readReport(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** @param {string} folder */
function jsonFilesIn(folder) {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return [];
    throw error;
  }
}

/** Whether a file failed: one of its tests, or the file itself, which then has no tests. @param {TestFile} file */
export function hasFailed({ status, assertionResults }) {
  return status === 'failed' || assertionResults.some((assertion) => assertion.status === 'failed');
}

/**
 * Returns the paths of the files to run again by themselves: those that failed, or none if that is too many.
 * @param {Report} report
 * @returns {string[]}
 */
export function filesToRunAgain({ testResults }) {
  const failed = testResults.filter(hasFailed).map(({ name }) => name);
  return failed.length > MOST_FILES_AGAIN ? [] : failed;
}
