import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { filesToRunAgain, SECOND_ATTEMPTS } from './reports.mjs';

const name = join(process.cwd(), 'xds', 'nonce.test.ts');
const assertion = { status: 'passed', fullName: 'is right', failureMessages: [] };
const wrong = {
  status: 'failed',
  fullName: 'a nonce is used once',
  failureMessages: ['\u001B[31mexpected\u001B[39m 1\nto be 2'],
};
const passed = { name, status: 'passed', assertionResults: [assertion, assertion] };
const failed = { name, status: 'failed', assertionResults: [assertion, wrong] };
const broken = { name, status: 'failed', message: 'No such module', assertionResults: [] };
const absent = { status: 'skipped', fullName: 'go is left out: there is no go on the PATH' };
const other = join(process.cwd(), 'xds', 'other.net.test.ts');
const unit = { numPassedTests: 2, numFailedTests: 0, testResults: [passed] };

test.each([
  { what: 'all passed', reports: [unit, unit], steps: [], says: [], last: '4 passed, 0 failed', code: 0 },
  {
    what: 'a test failed',
    reports: [unit, { numPassedTests: 1, numFailedTests: 1, testResults: [failed] }],
    steps: ['test'],
    says: [
      'failed: xds/nonce.test.ts: a nonce is used once',
      '    expected 1',
      '    to be 2',
      'failed: npm run test',
    ],
    last: '3 passed, 1 failed',
    code: 1,
  },
  {
    what: 'a file that does not load is a failure',
    reports: [{ numPassedTests: 2, numFailedTests: 0, testResults: [passed, broken] }],
    steps: [],
    says: ['failed: xds/nonce.test.ts: the file itself', '    No such module'],
    last: '2 passed, 1 failed',
    code: 1,
  },
  {
    what: 'only a check failed',
    reports: [unit],
    steps: ['check'],
    says: ['failed: npm run check'],
    last: '2 passed, 1 failed',
    code: 1,
  },
  {
    what: 'what was left out is counted, and says why',
    reports: [
      {
        numPassedTests: 1,
        numFailedTests: 0,
        testResults: [{ ...passed, assertionResults: [assertion, absent] }],
      },
    ],
    steps: [],
    says: ['left out: xds/nonce.test.ts: go is left out: there is no go on the PATH'],
    last: '1 passed, 0 failed, 1 skipped',
    code: 0,
  },
  {
    what: 'a file that passed when it ran again is unsteady',
    reports: [unit, { testResults: [failed, { ...passed, name: other }] }],
    again: [{ testResults: [passed] }],
    steps: [],
    says: ['unsteady: xds/nonce.test.ts: a nonce is used once', '    expected 1', '    to be 2'],
    last: '6 passed, 0 failed',
    code: 0,
  },
  {
    what: 'a file that failed twice has failed',
    reports: [unit],
    again: [{ testResults: [failed] }],
    steps: ['test'],
    says: [
      'failed: xds/nonce.test.ts: a nonce is used once',
      '    expected 1',
      '    to be 2',
      'failed: npm run test',
    ],
    last: '1 passed, 1 failed',
    code: 1,
  },
  { what: 'no test ran', reports: [], steps: [], says: ['no test ran'], last: '0 passed, 0 failed', code: 1 },
])('$what: $last', async ({ reports, again = [], steps, says, last, code }) => {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-count-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [index, report] of reports.entries()) {
    await writeFile(join(folder, `${index}.json`), JSON.stringify(report));
  }
  await mkdir(join(folder, SECOND_ATTEMPTS));
  for (const [index, report] of again.entries()) {
    await writeFile(join(folder, SECOND_ATTEMPTS, `${index}.json`), JSON.stringify(report));
  }
  const script = join(import.meta.dirname, 'count.mjs');
  const result = await execa(process.execPath, [script, folder, ...steps], { reject: false });
  expect(result.stdout.split('\n')).toEqual([...says, last]);
  expect(result.exitCode).toBe(code);
});

test('up to three failed files run again, more do not', () => {
  const named = (names: string[]) => names.map((each) => ({ ...broken, name: each }));
  expect(filesToRunAgain({ testResults: [passed, ...named(['a', 'b', 'c'])] })).toEqual(['a', 'b', 'c']);
  expect(filesToRunAgain({ testResults: named(['a', 'b', 'c', 'd']) })).toEqual([]);
});
