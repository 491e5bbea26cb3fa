import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';

const passed = { status: 'passed', assertionResults: [{ status: 'passed' }, { status: 'passed' }] };
const failed = { status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] };
const broken = { status: 'failed', assertionResults: [] };
const unit = { numPassedTests: 2, numFailedTests: 0, testResults: [passed] };

test.each([
  { what: 'all passed', reports: [unit, unit], steps: [], last: '4 passed, 0 failed', code: 0 },
  {
    what: 'a test failed',
    reports: [unit, { numPassedTests: 1, numFailedTests: 1, testResults: [failed] }],
    steps: ['test'],
    last: '3 passed, 1 failed',
    code: 1,
  },
  {
    what: 'a file that does not load is a failure',
    reports: [{ numPassedTests: 2, numFailedTests: 0, testResults: [passed, broken] }],
    steps: [],
    last: '2 passed, 1 failed',
    code: 1,
  },
  { what: 'only a check failed', reports: [unit], steps: ['check'], last: '2 passed, 1 failed', code: 1 },
  { what: 'no test ran', reports: [], steps: [], last: '0 passed, 0 failed', code: 1 },
])('$what: $last', async ({ reports, steps, last, code }) => {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-count-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [index, report] of reports.entries()) {
    await writeFile(join(folder, `${index}.json`), JSON.stringify(report));
  }
  const script = join(import.meta.dirname, 'count.mjs');
  const result = await execa(process.execPath, [script, folder, ...steps], { reject: false });
  expect(result.stdout.split('\n').at(-1)).toBe(last);
  expect(result.exitCode).toBe(code);
});
