import { join } from 'node:path';
import { SetupError } from '../errors.mjs';
import { foreground } from '../foreground.mjs';
import { filesToRunAgain, readReport, SECOND_ATTEMPTS } from '../reports.mjs';
import { outdatedGeneratedCode } from './generated.mjs';
import { mayMakeHosts } from '../install/privilege.mjs';

/** @import { Context } from '../context.mjs' */

const REPORTS = '--reports=';
const ONLY = '--only=';

/** The projects of vitest.config.ts in the order in which they run, with the name of each in failures. */
const PROJECTS = {
  unit: 'unit tests',
  program: 'tests of programs',
  net: 'tests with hosts',
};

/**
 * The projects that `npm test` runs with these arguments.
 * @param {readonly string[]} args
 * @returns {readonly string[]}
 * @throws {SetupError} when `--only=` names none
 */
export function projectsOf(args) {
  const all = Object.keys(PROJECTS);
  const named = args.filter((arg) => arg.startsWith(ONLY)).map((arg) => arg.slice(ONLY.length));
  for (const name of named) {
    if (!all.includes(name)) throw new SetupError(`--only=${name}: it is one of ${all.join(', ')}`);
  }
  return named.length === 0 ? all : all.filter((name) => named.includes(name));
}

/**
 * `npm test`: checks that the generated code is current, then runs the unit tests, the tests of programs and, where the
 * machine allows it, the tests that make hosts.
 * @param {Context} context
 * @param {readonly string[]} args `--only=PROJECT` runs that project alone; `--reports=DIR` also writes vitest's JSON there,
 *   one file per project, and runs up to three failed files of a project once more by themselves, with their reports in
 *   DIR/second-attempts; vitest gets the rest
 */
export async function test(context, args) {
  const reports = args.find((arg) => arg.startsWith(REPORTS))?.slice(REPORTS.length);
  const rest = args.filter((arg) => !arg.startsWith(REPORTS) && !arg.startsWith(ONLY));
  const vitest = async (/** @type {readonly string[]} */ more) => {
    const code = await foreground(context, 'vitest', ['run', '--root', context.root, ...more]);
    if (code > 128) throw new SetupError('interrupted', { exitCode: code });
    return code;
  };
  const run = (/** @type {string} */ name, /** @type {readonly string[]} */ more, folder = reports) => {
    const json =
      folder === undefined
        ? []
        : ['--reporter=default', '--reporter=json', `--outputFile.json=${reportOf(folder, name)}`];
    return vitest(['--project', name, ...json, ...more]);
  };
  const project = async (/** @type {string} */ name) => {
    // With a filter, a project may have nothing to run.
    const code = await run(name, rest.length > 0 ? ['--passWithNoTests', ...rest] : []);
    if (code === 0 || reports === undefined) return code;
    const files = filesToRunAgain(readReport(reportOf(reports, name)));
    if (files.length === 0) return code;
    process.stderr.write(`once more, by themselves: ${files.join(', ')}\n`);
    return run(name, files, join(reports, SECOND_ATTEMPTS));
  };
  const projects = projectsOf(args);
  const failed = [];
  if (projects.length > 1 && !(await generatedCodeIsCurrent(context))) failed.push('generated code');
  for (const [name, title] of Object.entries(PROJECTS)) {
    if (!projects.includes(name)) continue;
    const may = name === 'net' ? mayMakeHosts('npm test') : undefined;
    if (may?.yes === false) {
      process.stderr.write(`left out: the tests that make hosts (*.net.test.ts), because ${may.why}\n`);
    } else if ((await project(name)) !== 0) {
      failed.push(title);
    }
  }
  if (failed.length > 0) throw new SetupError(`failed: ${failed.join(', ')}`);
  return 0;
}

/** @param {string} folder @param {string} project */
function reportOf(folder, project) {
  return join(folder, `${project}.json`);
}

/** @param {Context} context */
async function generatedCodeIsCurrent(context) {
  const outdated = await context.progress.step(
    'generated code',
    'generating it again to compare (about 10 s)',
    () => outdatedGeneratedCode(context),
  );
  if (outdated.length === 0) return true;
  const list = outdated.map((file) => `    ${file}\n`).join('');
  process.stderr.write(`not what generation gives (\`npm run generate\` writes it):\n${list}`);
  return false;
}
