import { join } from 'node:path';
import { SetupError } from './errors.mjs';
import { foreground } from './foreground.mjs';
import { outdatedGeneratedCode } from './generated.mjs';
import { mayMakeHosts } from './privilege.mjs';

/** @import { Workshop } from './workshop.mjs' */

const REPORTS = '--reports=';

/**
 * `npm test`: is the generated code current; the unit tests; those that run programs; and those that make hosts, where that is
 * allowed.
 * @param {Workshop} workshop
 * @param {readonly string[]} args `--reports=DIR` also writes vitest's JSON there, a file a project; the rest is vitest's
 */
export async function test(workshop, args) {
  const reports = args.find((arg) => arg.startsWith(REPORTS))?.slice(REPORTS.length);
  const rest = args.filter((arg) => !arg.startsWith(REPORTS));
  const project = async (/** @type {string} */ name) => {
    const code = await foreground(workshop, 'vitest', [
      'run',
      '--root',
      workshop.root,
      '--project',
      name,
      // With a filter, one of the two may well have nothing to run.
      ...(rest.length > 0 ? ['--passWithNoTests'] : []),
      ...(reports === undefined
        ? []
        : ['--reporter=default', '--reporter=json', `--outputFile.json=${join(reports, `${name}.json`)}`]),
      ...rest,
    ]);
    if (code > 128) throw new SetupError('interrupted', { exitCode: code });
    return code;
  };
  const failed = [];
  if (!(await generatedCodeIsCurrent(workshop))) failed.push('generated code');
  if ((await project('unit')) !== 0) failed.push('unit tests');
  if ((await project('program')) !== 0) failed.push('tests of programs');
  const may = mayMakeHosts('npm test');
  if (may.yes) {
    if ((await project('net')) !== 0) failed.push('tests with hosts');
  } else {
    process.stderr.write(`left out: the tests that make hosts (*.net.test.ts), because ${may.why}\n`);
  }
  if (failed.length > 0) throw new SetupError(`failed: ${failed.join(', ')}`);
  return 0;
}

/** @param {Workshop} workshop */
async function generatedCodeIsCurrent(workshop) {
  const outdated = await workshop.progress.step(
    'generated code',
    'generating it again to compare (about 10 s)',
    () => outdatedGeneratedCode(workshop),
  );
  if (outdated.length === 0) return true;
  const list = outdated.map((file) => `    ${file}\n`).join('');
  process.stderr.write(`not what generation gives (\`npm run generate\` writes it):\n${list}`);
  return false;
}
