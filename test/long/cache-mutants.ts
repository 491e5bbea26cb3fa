import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { MUTANTS, type Mutant } from './cache-mutants/mutants.ts';

// node test/long/cache-mutants.ts [--runs N]: weakens each cache key of translation, one at a time, in a copy of the checkout, and runs the tests of
// incremental translation. A mutant that survives is a key that could lose a part without a test failing.

const ROOT = join(import.meta.dirname, '../..');
/** First the cheap tests: a property that fails is shrunk for minutes. */
const TESTS = [
  [
    'controlplane/translate/feature-keys.test.ts',
    'controlplane/translate/node/static-part.test.ts',
    'controlplane/translate/tls/automatic.test.ts',
  ],
  ['controlplane/api/properties/incremental.test.ts', 'controlplane/api/properties/secured.test.ts'],
];
const at = process.argv.indexOf('--runs');
const RUNS = at === -1 ? '150' : (process.argv[at + 1] ?? '150');

/** Returns whether the tests fail in a copy, with a mutation or without one. */
async function fails(folder: string, mutant?: Mutant): Promise<boolean> {
  if (mutant !== undefined) {
    const file = join(folder, mutant.file);
    const text = await readFile(file, 'utf8');
    if (!text.includes(mutant.from))
      throw new Error(`${mutant.file} has no ${mutant.from}: mend this script`);
    await writeFile(file, text.replace(mutant.from, mutant.to));
  }
  let isFailed = false;
  for (const tests of TESTS) isFailed ||= await failsIn(folder, tests);
  if (mutant !== undefined) await cp(join(ROOT, mutant.file), join(folder, mutant.file));
  return isFailed;
}

async function failsIn(folder: string, tests: readonly string[]): Promise<boolean> {
  const { exitCode } = await execa('vitest', ['run', '--root', folder, '--project', 'unit', ...tests], {
    cwd: folder,
    preferLocal: true,
    reject: false,
    env: { DAYBREAK_TEST_RUNS: RUNS },
  });
  return exitCode !== 0;
}

const folder = await mkdtemp(join(tmpdir(), 'daybreak-mutants-'));
try {
  for (const name of [
    'agent',
    'common',
    'controlplane',
    'xds',
    'package.json',
    'tsconfig.json',
    'vitest.config.ts',
  ])
    await cp(join(ROOT, name), join(folder, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  if (await fails(folder)) throw new Error('the test fails without a mutation');
  let survivors = 0;
  for (const mutant of MUTANTS) {
    const isFound = await fails(folder, mutant);
    if (!isFound) survivors += 1;
    process.stdout.write(`${isFound ? 'found   ' : 'SURVIVED'} ${mutant.what}\n`);
  }
  process.exitCode = survivors === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}
