import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

// node test/long/cache-mutants.ts [--runs N]: weakens each cache key of translation, one at a time, in a copy of the checkout, and runs the tests of
// incremental translation. A mutant that survives is a key that could lose a part without a test failing.

const ROOT = join(import.meta.dirname, '../..');
const TESTS = [
  'controlplane/api/properties/incremental.test.ts',
  'controlplane/api/properties/secured.test.ts',
  'controlplane/translate/tls/automatic.test.ts',
  'controlplane/translate/node/static-part.test.ts',
];
const at = process.argv.indexOf('--runs');
const RUNS = at === -1 ? '150' : (process.argv[at + 1] ?? '150');

type Mutant = { readonly what: string; readonly file: string; readonly from: string; readonly to: string };

const STATIC_PART = 'controlplane/translate/node/static-part.ts';
const STATIC_PART_KEY = 'view.name, optionsKey(options)]';
const MUTANTS: readonly Mutant[] = [
  {
    what: 'the static part’s key without `sds`',
    file: STATIC_PART,
    from: STATIC_PART_KEY,
    to: 'view.name, optionsKey({ ...options, sds: false })]',
  },
  {
    what: 'the static part’s key without `files`',
    file: STATIC_PART,
    from: STATIC_PART_KEY,
    to: 'view.name, optionsKey({ ...options, files: false })]',
  },
  {
    what: 'the key of what is inbound without options',
    file: 'controlplane/translate/node/inbound.ts',
    from: 'at, optionsKey(options), ...secured]',
    to: 'at, ...secured]',
  },
  {
    what: 'the key of what is inbound without the modes and denies',
    file: 'controlplane/translate/node/inbound.ts',
    from: 'optionsKey(options), ...secured]',
    to: 'optionsKey(options)]',
  },
  {
    what: 'the static part without the modes and denies',
    file: STATIC_PART,
    from: 'view.mesh.spec, ...secured, ...services',
    to: 'view.mesh.spec, ...services',
  },
  {
    what: 'the clusters of a node without the host names that take mutual TLS',
    file: 'controlplane/translate/node/node-clusters.ts',
    from: 'JSON.stringify([...mutual])',
    to: "''",
  },
  {
    what: 'the endpoints from Cloud Map without the instances that take mutual TLS',
    file: 'controlplane/translate/envoy/clusters/endpoints.ts',
    from: 'mutual === NONE ? parts : [...parts, mutual]',
    to: 'parts',
  },
  {
    what: 'the virtual hosts of a service without whether their metadata has fields',
    file: 'controlplane/translate/node/routes.ts',
    from: 'JSON.stringify([mesh.name, readable, form])',
    to: 'JSON.stringify([mesh.name, form])',
  },
  {
    what: 'the TCP filters of a service without the caller that counts',
    file: 'controlplane/translate/node/connections.ts',
    from: 'JSON.stringify([mesh.name, source, isMutual])',
    to: 'JSON.stringify([mesh.name, isMutual])',
  },
  {
    what: 'the TCP filters of a service without whether the caller uses mutual TLS',
    file: 'controlplane/translate/node/connections.ts',
    from: 'JSON.stringify([mesh.name, source, isMutual])',
    to: 'JSON.stringify([mesh.name, source])',
  },
  {
    what: 'a proxy’s key without `files`',
    file: 'controlplane/ads/proxy-configs.ts',
    from: 'const key = JSON.stringify(recipient);',
    to: 'const key = JSON.stringify({ ...recipient, features: { ...recipient.features, files: false } });',
  },
  {
    what: 'a static service without the listeners that it leads to',
    file: 'controlplane/translate/services/static-service.ts',
    from: 'key: JSON.stringify(staticService)',
    to: "key: JSON.stringify(staticService, (name, value: unknown) => (name === 'listener' ? undefined : value))",
  },
  {
    what: 'a service’s view without the routes of its router',
    file: 'controlplane/mesh/services.ts',
    from: 'routesChangedAt(history, last.view)',
    to: '0',
  },
  {
    what: 'a table that became empty and does not count as changed',
    file: 'controlplane/mesh/mesh-history.ts',
    from: 'this.#emptiedAt = generation;',
    to: '',
  },
];

/** Returns whether the tests fail in a copy, with a mutation or without one. */
async function fails(folder: string, mutant?: Mutant): Promise<boolean> {
  if (mutant !== undefined) {
    const file = join(folder, mutant.file);
    const text = await readFile(file, 'utf8');
    if (!text.includes(mutant.from))
      throw new Error(`${mutant.file} has no ${mutant.from}: mend this script`);
    await writeFile(file, text.replace(mutant.from, mutant.to));
  }
  const { exitCode } = await execa('vitest', ['run', '--root', folder, '--project', 'unit', ...TESTS], {
    cwd: folder,
    preferLocal: true,
    reject: false,
    env: { DAYBREAK_TEST_RUNS: RUNS },
  });
  if (mutant !== undefined) await cp(join(ROOT, mutant.file), join(folder, mutant.file));
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
