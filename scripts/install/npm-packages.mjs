import { copyFile, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isProgram, run } from '../command.mjs';
import { SetupError } from '../errors.mjs';
import { installAtomically } from './install-atomically.mjs';

/** @import { Context } from '../context.mjs' */
/** @typedef {{ packages?: Record<string, { version?: string, optional?: boolean }> }} LockFile */

/**
 * Installs the npm packages of package-lock.json, which include Node 24.
 * @param {Context} context
 */
export async function installNpmPackages(context) {
  const { root, signal } = context;
  const target = join(root, 'node_modules');
  const present = async () =>
    isProgram(join(target, '.bin/node')) &&
    isInstalled(
      await lockFile(join(root, 'package-lock.json')),
      await lockFile(join(target, '.package-lock.json')),
    );
  if (await present()) return;
  await installAtomically(context, {
    what: 'npm packages',
    doing:
      "installing what package-lock.json names, Node 24 among them (600 MB: about 20 s from npm's cache, minutes without)",
    target,
    present,
    async fill(folder) {
      for (const name of ['package.json', 'package-lock.json', '.npmrc']) {
        await copyFile(join(root, name), join(folder, name));
      }
      const [command, ...args] = npm();
      await run(command, [...args, 'ci', '--prefix', folder, '--include=dev', '--include=optional'], {
        cwd: folder,
        seconds: 900,
        signal,
      });
      if (!isProgram(join(folder, 'node_modules/.bin/node'))) {
        throw new SetupError(
          `npm left out node-linux-${process.arch}, which is Node 24 and optional: the registry that npm uses has to have it`,
        );
      }
      return join(folder, 'node_modules');
    },
  });
}

/**
 * Whether the installed packages, as npm recorded them, are those of the lock file: the same versions, and nothing missing except optional
 * packages for another processor.
 * @param {LockFile | undefined} wanted package-lock.json
 * @param {LockFile | undefined} installed node_modules/.package-lock.json, which npm writes last of all
 */
export function isInstalled(wanted, installed) {
  if (wanted?.packages === undefined || installed?.packages === undefined) return false;
  const have = installed.packages;
  const paths = Object.entries(wanted.packages).filter(([path]) => path !== '');
  return (
    paths.every(([path, { version, optional }]) =>
      have[path] === undefined ? optional === true : have[path].version === version,
    ) && Object.keys(have).every((path) => wanted.packages?.[path] !== undefined)
  );
}

/**
 * @param {string} file
 * @returns {Promise<LockFile | undefined>}
 */
async function lockFile(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Returns the npm that runs this script, if any, so that a machine with several npms uses only one. @returns {[string, ...string[]]} */
function npm() {
  const script = process.env['npm_execpath'] ?? '';
  return basename(script) === 'npm-cli.js' ? [process.execPath, script] : ['npm'];
}
