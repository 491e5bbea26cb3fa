import { chmod, cp, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { bundle } from '../test/lab/programs/bundle.ts';
import { thirdPartyLicenses } from './third-party-licenses.ts';

const ROOT = join(import.meta.dirname, '..');

/** Where each file of the checkout stands in the package. */
const FILES: Readonly<Record<string, string>> = {
  'images/npm/daybreak': 'bin/daybreak',
  'images/npm/README.md': 'README.md',
  'CHANGELOG.md': 'CHANGELOG.md',
  LICENSE: 'LICENSE',
  NOTICE: 'NOTICE',
};

/**
 * Writes the npm package into `folder`, which is new: the command, the bundled programs and the reference. Node runs no TypeScript
 * below `node_modules`, and everything but Node itself is in the bundle, so its manifest has no other dependency.
 */
export async function stagePackage(folder: string, name: string): Promise<void> {
  for (const [file, place] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, place)), { recursive: true });
    await copyFile(join(ROOT, file), join(folder, place));
  }
  await chmod(join(folder, 'bin/daybreak'), 0o755);
  await cp(join(ROOT, 'docs'), join(folder, 'docs'), { recursive: true });
  const program = join(folder, 'program');
  const { packages } = await bundle({ folder: program });
  await writeFile(join(program, 'THIRD-PARTY-LICENSES.txt'), await thirdPartyLicenses(packages));
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifestOf(name), undefined, 2)}\n`);
}

/** The package's own manifest, after the checkout's. */
function manifestOf(name: string): object {
  const { version, description, license, optionalDependencies } = manifest;
  return {
    name,
    version,
    description,
    license,
    type: 'module',
    os: ['linux'],
    cpu: ['x64', 'arm64'],
    bin: { daybreak: 'bin/daybreak' },
    optionalDependencies,
  };
}
