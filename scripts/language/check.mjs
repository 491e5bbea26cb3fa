// Called by `npm run check`: finds what docs/contributing/style.md rules out, in all files of the checkout.
// `node scripts/language/check.mjs PATH…` checks only these files and folders.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXCEPT } from './except.mjs';
import { find } from './find.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROSE = /\.(?:md|tsx?|mjs|sh|yml)$/;
const ELSEWHERE = /(^|\/)(?:\.git|node_modules|dist|\.daybreak|coverage|generated|testdata)\/|^xds\/envoy\//;

/** Files at or below a path of the checkout; generated files and test data are left out. @param {string} path @returns {string[]} */
function files(path) {
  if (ELSEWHERE.test(`${path}/`)) return [];
  const found = statSync(join(ROOT, path), { throwIfNoEntry: false });
  if (found === undefined) throw new Error(`${path} does not exist`);
  if (!found.isDirectory()) return PROSE.test(path) && !EXCEPT.has(path) ? [path] : [];
  return readdirSync(join(ROOT, path)).flatMap((name) => files(join(path, name)));
}

/** @param {string} path */
function findings(path) {
  return files(path).flatMap((file) =>
    find(file, readFileSync(join(ROOT, file), 'utf8')).map((finding) => ({ file, ...finding })),
  );
}

/** @param {readonly string[]} argv */
function main(argv) {
  const paths = argv.length > 0 ? argv.map((path) => path.replace(/\/$/, '')) : readdirSync(ROOT);
  const all = paths.flatMap(findings);
  for (const { file, line, found, rule } of all)
    process.stdout.write(`${file}:${line}: "${found}" (${rule})\n`);
  process.stdout.write(
    all.length === 0 ? 'nothing found\n' : `${all.length} found: see docs/contributing/style.md\n`,
  );
  return all.length === 0 ? 0 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
