import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build, type OutputFile } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');
const ENTRY = join(ROOT, 'cli/main.ts');
const KEEP_MS = 60 * 60 * 1000;

/** Packages in CommonJS (grpc-js among them) call `require`, which a module does not have. */
const REQUIRE = `import { createRequire as daybreakRequire } from 'node:module'; const require = daybreakRequire(import.meta.url);`;

/** The folder of a file, as CommonJS has it. */
const FOLDER = `const __dirname = import.meta.dirname;`;

/** What a package reads when it is used: it looks for it in the folder above its own, which is that of the parts. */
const ASSETS = ['node_modules/@cdktn/hcl2json/main.wasm.gz'];

/** Where the programs of a checkout are, as files that need nothing but Node. */
export type Bundle = {
  readonly folder: string;
  /** The command `daybreak`, as `node` is given it. */
  readonly daybreak: string;
  /** The folders of the npm packages whose code is in it, in the order of their names. */
  readonly packages: readonly string[];
};

/**
 * Bundles the programs into `dist/`: one entry, and a file each for what only one subcommand loads, so that `daybreak proxyinit`
 * reads its own code and no other. Files that would not change are left alone, and each new one appears in one move, so programs
 * that run from an earlier bundle are not disturbed.
 * `entry` and `folder` are there for other programs than ours.
 */
export async function bundle({
  entry = ENTRY,
  folder = join(ROOT, 'dist'),
}: {
  entry?: string;
  folder?: string;
} = {}): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: { daybreak: entry },
    outdir: folder,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // A package in CommonJS that is imported when needed has no names of its own; most have a module beside it.
    mainFields: ['module', 'main'],
    banner: { js: `${REQUIRE} ${FOLDER}` },
    outExtension: { '.js': '.mjs' },
    entryNames: '[name]',
    chunkNames: 'parts/[name]-[hash]',
    // What packages ask for where it is missing, or installed; here it never is.
    external: ['pg-native', 'performance'],
    legalComments: 'none',
    logLevel: 'silent',
    write: false,
    metafile: true,
    absWorkingDir: ROOT,
  });
  for (const file of outputFiles) await put(file);
  for (const asset of entry === ENTRY ? ASSETS : []) {
    const contents = await readFile(join(ROOT, asset));
    await put({ path: join(folder, basename(asset)), contents });
  }
  await removeOld(
    join(folder, 'parts'),
    outputFiles.map(({ path }) => path),
  );
  return {
    folder,
    daybreak: join(folder, 'daybreak.mjs'),
    packages: packagesOf(Object.keys(metafile.inputs)),
  };
}

/** The folders of packages among the files that a bundle was made from. */
function packagesOf(inputs: readonly string[]): readonly string[] {
  const folders = inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []);
  return [...new Set(folders)].toSorted().map((path) => join(ROOT, path));
}

async function put({ path, contents }: Pick<OutputFile, 'path' | 'contents'>): Promise<void> {
  const there = await readFile(path).catch(() => undefined);
  if (there?.equals(contents) === true) return;
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${randomUUID()}`;
  await writeFile(part, contents);
  await rename(part, path);
}

/** Parts of earlier bundles are kept for an hour: a program that started then may not have loaded all of its own yet. */
async function removeOld(folder: string, current: readonly string[]): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const old = names.map((name) => join(folder, name)).filter((path) => !current.includes(path));
  for (const path of old) {
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > KEEP_MS) await rm(path, { force: true });
  }
}
