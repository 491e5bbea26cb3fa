import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { page } from '../test/docs/pages.ts';

const ROOT = join(import.meta.dirname, '..');

/** Listed for parts that come next: docs/dependencies.md says which. */
const NOT_YET = ['hot-shots'];

test('dependencies are what the programs import, all else is for development', async () => {
  const { metafile } = await build({
    entryPoints: [join(ROOT, 'cli/main.ts')],
    outdir: join(ROOT, 'dist'),
    absWorkingDir: ROOT,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    write: false,
    metafile: true,
  });
  const imported = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ path, external }) => external === true && !path.startsWith('node:'))
    .map(({ path }) => /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path);
  expect([...new Set([...imported, ...NOT_YET])].toSorted()).toEqual(
    Object.keys(manifest.dependencies).toSorted(),
  );
});

test('docs/dependencies.md has every dependency', () => {
  const { text } = page('docs/dependencies.md');
  const all = [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies].flatMap(
    Object.keys,
  );
  expect(all.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});
