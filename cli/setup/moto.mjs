import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isProgram, quoted, run } from './command.mjs';
import { place } from './place.mjs';
import { holdsWheels, installWheels, providePython } from './python.mjs';

/** @import { Workshop } from './workshop.mjs' */

const VERSION = '5.2.5';
const REQUIREMENTS = fileURLToPath(new URL('requirements-moto.txt', import.meta.url));

/**
 * moto, which stands in for AWS's services in tests: a program that serves over plain HTTP at the address and port that it is
 * given (`-H`, `-p`) until it is stopped. What is run later finds it by DAYBREAK_MOTO.
 * @param {Workshop} workshop
 */
export async function installMoto(workshop) {
  const target = join(workshop.folder, `moto-${VERSION}`);
  const command = join(target, 'serve');
  const present = async () =>
    isProgram(command) &&
    isProgram(await readFile(join(target, 'python'), 'utf8').catch(() => '')) &&
    (await holdsWheels(target, REQUIREMENTS));
  if (!(await present())) {
    const python = await providePython(workshop);
    await place(workshop, {
      what: `moto ${VERSION}`,
      doing: 'installing it from PyPI (30 MB, about 15 s)',
      target,
      present,
      async fill(folder) {
        const packages = await installWheels(workshop, python, REQUIREMENTS, folder);
        await writeFile(join(packages, 'python'), python.executable);
        const launcher = join(packages, 'serve');
        const line = `PYTHONPATH="\${0%/*}" exec ${quoted(python.executable)} -m moto.server "$@"`;
        await writeFile(launcher, `#!/bin/sh\n${line}\n`);
        await chmod(launcher, 0o755);
        const check = 'import moto.server, moto.servicediscovery.urls, moto.acm.urls, moto.acmpca.urls';
        const env = { ...process.env, PYTHONPATH: packages };
        await run(python.executable, ['-c', check], { seconds: 60, signal: workshop.signal, env });
        return packages;
      },
    });
  }
  workshop.env['DAYBREAK_MOTO'] = command;
}
