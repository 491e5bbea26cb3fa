import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt, programs, run } from '../command.mjs';
import { installDebianPackages } from './debian.mjs';
import { SetupError } from '../errors.mjs';

/** @import { Context } from '../context.mjs' */
/** @typedef {{ executable: string, pip: boolean }} Python */

const ASK = `
import sys, importlib.util as u
has = lambda name: u.find_spec(name) is not None
if sys.version_info >= (3, 10) and (has("pip") or has("ensurepip") and has("venv")):
    print(sys.executable, int(has("pip")), sep="\\n")
`;

/**
 * The first Python on the PATH (3.10 or later) that can install packages: with its own pip, or with one that venv brings.
 * Debian's can once python3-venv is there; one built by hand or by pyenv can as it is.
 * @param {Context} context
 * @returns {Promise<Python | undefined>}
 */
async function findPython({ env, signal }) {
  const candidates = [
    'python3',
    'python3.14',
    'python3.13',
    'python3.12',
    'python3.11',
    'python3.10',
  ].flatMap((name) => programs(name, `${env['PATH']}:/usr/bin`));
  for (const candidate of new Set(candidates)) {
    const { code, output } = await attempt(candidate, ['-c', ASK], { seconds: 20, signal });
    const [executable, pip] = output.trim().split('\n');
    if (code === 0 && executable) return { executable, pip: pip === '1' };
  }
  return undefined;
}

/**
 * The same, with the help of Debian where there is none.
 * @param {Context} context
 */
export async function providePython(context) {
  const found = await findPython(context);
  if (found !== undefined) return found;
  await installDebianPackages(context, ['python3-venv']);
  const python = await findPython(context);
  if (python === undefined)
    throw new SetupError('python3-venv is installed, but no Python 3.10 or later that has pip or venv');
  return python;
}

/** Where a folder of packages keeps the requirements that it was made from. */
const RECORD = 'requirements.txt';

/**
 * Whether a folder that `installWheels` made holds what the requirements file pins today.
 * @param {string} packages
 * @param {string} requirements the file
 */
export async function holdsWheels(packages, requirements) {
  const [held, wanted] = await Promise.all([
    readFile(join(packages, RECORD), 'utf8').catch(() => undefined),
    readFile(requirements, 'utf8'),
  ]);
  return held === wanted;
}

/**
 * Installs what a requirements file pins, by hash and from wheels only, into `folder`/packages.
 * @param {Context} context
 * @param {Python} python
 * @param {string} requirements the file
 * @param {string} folder for the packages, and for a pip where the machine has none
 * @returns {Promise<string>} the folder for PYTHONPATH
 */
export async function installWheels({ signal }, python, requirements, folder) {
  let interpreter = python.executable;
  if (!python.pip) {
    await run(python.executable, ['-m', 'venv', join(folder, 'pip')], { seconds: 120, signal });
    interpreter = join(folder, 'pip/bin/python3');
  }
  const packages = join(folder, 'packages');
  const install = [
    '-m',
    'pip',
    'install',
    '--disable-pip-version-check',
    '--no-input',
    '--progress-bar',
    'off',
  ];
  const exactly = ['--require-hashes', '--no-deps', '--only-binary', ':all:', '--requirement', requirements];
  await run(interpreter, [...install, ...exactly, '--target', packages], {
    seconds: 600,
    signal,
    // A user's own pip settings may ask for what --target excludes.
    env: { ...process.env, PIP_USER: '0', PIP_PREFIX: undefined, PIP_TARGET: undefined },
  });
  await copyFile(requirements, join(packages, RECORD));
  return packages;
}
