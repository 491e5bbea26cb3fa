import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build, type OutputFile } from 'esbuild';
import { buildConsole } from '../../../scripts/console/build.mjs';

const ROOT = join(import.meta.dirname, '../../..');
const ENTRY = join(ROOT, 'cli/main.ts');
/** The longest line of a bundle, in characters: a place in a stack is then a statement or two. */
const LINE_LIMIT = 200;
const KEEP_MS = 60 * 60 * 1000;

/** CommonJS packages (grpc-js among them) call `require`, which an ES module does not have. */
const REQUIRE = `import { createRequire as daybreakRequire } from 'node:module'; const require = daybreakRequire(import.meta.url);`;

/** The folder of a file, under the name that CommonJS code expects. */
const FOLDER = `const __dirname = import.meta.dirname;`;

/** Files that a package reads at run time. The package looks for them in the folder above its own, which is the folder above the parts. */
const ASSETS = ['node_modules/@cdktn/hcl2json/main.wasm.gz'];

/** The location of the bundled programs of a checkout: files that need only Node. */
export type Bundle = {
  readonly folder: string;
  /** The path of the command `daybreak`, to run with `node`. */
  readonly daybreak: string;
  /** The folders of the npm packages whose code is in the bundle, sorted by name. */
  readonly packages: readonly string[];
};

/**
 * Bundles the programs into `dist/`: one entry, and one file for each part that only one subcommand loads, so that `daybreak proxyinit` reads only
 * its own code. Unchanged files are left alone, and each new file appears by an atomic rename, so programs that run from an earlier bundle are not
 * disturbed.
 * The console's pages stand beside them, in `console/`.
 * `entry` and `folder` allow to bundle other programs than ours.
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
    // A CommonJS package that is imported dynamically has no named exports; most of these packages also ship an ES module.
    mainFields: ['module', 'main'],
    banner: { js: `${REQUIRE} ${FOLDER}` },
    outExtension: { '.js': '.mjs' },
    entryNames: '[name]',
    chunkNames: 'parts/[name]-[hash]',
    // Optional packages, which other packages import and may miss; here they are never installed.
    external: ['pg-native', 'performance'],
    legalComments: 'none',
    // Without blanks and comments, programs are a third smaller, and Node keeps less text. Names stay, for the stack in the log of a fault.
    minifyWhitespace: true,
    lineLimit: LINE_LIMIT,
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
  const pages = entry === ENTRY ? (await buildConsole(join(folder, 'console'))).packages : [];
  return {
    folder,
    daybreak: join(folder, 'daybreak.mjs'),
    packages: [...new Set([...packagesOf(Object.keys(metafile.inputs)), ...pages])].toSorted(),
  };
}

/** Returns the folders of the packages among the input files of a bundle. */
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

/** Removes parts of earlier bundles after an hour: a program that started earlier may not have loaded all of its parts yet. */
async function removeOld(folder: string, current: readonly string[]): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const old = names.map((name) => join(folder, name)).filter((path) => !current.includes(path));
  for (const path of old) {
    // Another process that bundles at the same time may have renamed or removed the file.
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > KEEP_MS) await rm(path, { force: true });
  }
}
