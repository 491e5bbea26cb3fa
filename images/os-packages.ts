// Builds .deb and .rpm packages. Called by packages.sh, under the Node that comes with the project.
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { errorText } from '../common/error-text.ts';
import { buildDeb } from './os-packages/deb.ts';
import { packageFolder, type PackageFacts } from './os-packages/package-folder.ts';
import { buildRpm } from './os-packages/rpm.ts';

const USAGE = `images/packages.sh --envoy FILE [--deb] [--rpm] [--out FOLDER] [--release N]

Builds packages with all of Daybreak, its Node and the Envoy in FILE, for the architecture of this machine, and prints their paths.
Without --deb and --rpm, both. FOLDER is where they go (dist), N the number of this build of the version (1).
`;

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      envoy: { type: 'string' },
      deb: { type: 'boolean', default: false },
      rpm: { type: 'boolean', default: false },
      out: { type: 'string', default: join(import.meta.dirname, '../dist') },
      release: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  if (values.envoy === undefined) throw new Error(`--envoy FILE is needed\n${USAGE}`);
  if (!/^[1-9]\d*$/.test(values.release))
    throw new Error(`--release=${JSON.stringify(values.release)}: it has to be a number from 1`);
  const both = !values.deb && !values.rpm;
  const out = resolve(values.out);
  await mkdir(out, { recursive: true });
  const work = await mkdtemp(join(tmpdir(), 'daybreak-os-packages-'));
  try {
    const root = join(work, 'root');
    const facts: PackageFacts = await packageFolder(root, values.envoy, Number(values.release));
    const built = [
      ...(both || values.deb ? [await buildDeb(root, facts, work)] : []),
      ...(both || values.rpm ? [await buildRpm(root, facts, work)] : []),
    ];
    for (const { path, name } of built) {
      await copyFile(path, join(out, name));
      process.stdout.write(`${join(out, name)}\n`);
    }
  } finally {
    await rm(work, { recursive: true });
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${errorText(error)}\n`);
  process.exitCode = 1;
}
