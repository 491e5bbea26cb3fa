import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { specShapes } from './spec-shapes.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = join(ROOT, 'console');
const PAGE = 'index.html';
const KEEP_MS = 60 * 60 * 1000;

/**
 * @typedef {object} BuiltConsole
 * @property {readonly { name: string, gzip: number }[]} files each file with its compressed size in bytes; the page is the first
 * @property {readonly string[]} packages the folders of the npm packages whose code is in the files
 */

/**
 * Builds the console's pages into a folder: `index.html`, and `assets/` with files whose names contain a hash of their content, so that
 * browsers may cache them without a limit. Beside each file are its compressed forms (`.gz`, `.br`). Files appear by an atomic rename, and those of
 * earlier builds stay for an hour, for pages that are open.
 * @param {string} folder
 * @returns {Promise<BuiltConsole>}
 */
export async function buildConsole(folder) {
  // Loaded here, because the set-up loads this file before it has installed any package.
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    entryPoints: {
      app: join(SOURCES, 'main.tsx'),
      layout: join(SOURCES, 'map/layout-worker.ts'),
      style: join(SOURCES, 'style/main.css'),
      icon: join(SOURCES, 'icon.svg'),
    },
    outdir: join(folder, 'assets'),
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2023',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    // Texts in Japanese are shorter as they are than as escapes; browsers read modules as UTF-8.
    charset: 'utf8',
    // The licences of the packages are in a file of their own: THIRD-PARTY-LICENSES.txt of packages and images.
    legalComments: 'none',
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    loader: { '.svg': 'copy' },
    alias: {
      'node:crypto': join(SOURCES, 'browser/crypto.ts'),
      'node:util': join(SOURCES, 'browser/util.ts'),
    },
    plugins: [specShapes],
    logLevel: 'silent',
    write: false,
    metafile: true,
    absWorkingDir: ROOT,
  });
  const assets = outputFiles.map(({ path, contents }) => ({ path, contents: Buffer.from(contents) }));
  const named = (/** @type {string} */ start) =>
    `assets/${basename(assets.map(({ path }) => path).find((path) => basename(path).startsWith(start)) ?? '')}`;
  const template = await readFile(join(SOURCES, PAGE), 'utf8');
  const page = template
    .replace('{{style}}', named('style-'))
    .replace('{{app}}', named('app-'))
    .replace('{{icon}}', named('icon-'))
    .replace('{{layout}}', named('layout-'));
  const files = [{ path: join(folder, PAGE), contents: Buffer.from(page) }, ...assets];
  // The page last: the files that it names are there then.
  const packed = files.map((file) => ({ ...file, gzip: gzipSync(file.contents, { level: 9 }) }));
  for (const { path, contents, gzip } of packed.toReversed()) {
    await put(`${path}.gz`, gzip);
    await put(`${path}.br`, brotliCompressSync(contents));
    await put(path, contents);
  }
  await removeOld(
    join(folder, 'assets'),
    assets.flatMap(({ path }) => [path, `${path}.gz`, `${path}.br`]),
  );
  return {
    files: packed.map(({ path, gzip }) => ({ name: basename(path), gzip: gzip.length })),
    packages: packagesOf(Object.keys(metafile.inputs)),
  };
}

/** @param {readonly string[]} inputs */
function packagesOf(inputs) {
  const found = inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []);
  return [...new Set(found)].toSorted().map((path) => join(ROOT, path));
}

/** @param {string} path @param {Buffer} contents */
async function put(path, contents) {
  const there = await readFile(path).catch(() => undefined);
  if (there?.equals(contents) === true) return;
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${randomUUID()}`;
  await writeFile(part, contents);
  await rename(part, path);
}

/** @param {string} folder @param {readonly string[]} current */
async function removeOld(folder, current) {
  const paths = (await readdir(folder)).map((name) => join(folder, name));
  for (const path of paths.filter((each) => !current.includes(each))) {
    // Another process that builds at the same time may have renamed or removed the file.
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > KEEP_MS) await rm(path, { force: true });
  }
}
