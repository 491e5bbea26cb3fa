import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isProgram, quoted, run } from './command.mjs';
import { place } from './place.mjs';
import { holdsWheels, installWheels, providePython } from './python.mjs';

/** @import { Workshop } from './workshop.mjs' */

const VERSION = '1.46.3';
const REQUIREMENTS = fileURLToPath(new URL('requirements-aws.txt', import.meta.url));

/**
 * The AWS command line and boto3, which the tests drive the API with, each of one version whatever the machine has. What is
 * run later finds the command by DAYBREAK_AWS, and boto3 in its folder.
 * @param {Workshop} workshop
 */
export async function installAws(workshop) {
  const target = join(workshop.folder, `aws-${VERSION}`);
  const command = join(target, 'aws');
  const present = async () =>
    isProgram(command) &&
    isProgram(await readFile(join(target, 'python'), 'utf8').catch(() => '')) &&
    (await holdsWheels(target, REQUIREMENTS));
  if (!(await present())) {
    const python = await providePython(workshop);
    await place(workshop, {
      what: `AWS command line ${VERSION} and boto3`,
      doing: 'installing it from PyPI (40 MB, about 20 s)',
      target,
      present,
      async fill(folder) {
        const packages = await installWheels(workshop, python, REQUIREMENTS, folder);
        await writeFile(join(packages, 'python'), python.executable);
        // A script of its own, because pip's name the folder they were installed into, and this one is renamed.
        const launcher = join(packages, 'aws');
        const lines = [
          '#!/bin/sh',
          `PYTHONPATH="\${0%/*}" exec ${quoted(python.executable)} -m awscli "$@"`,
          '',
        ];
        await writeFile(launcher, lines.join('\n'));
        await chmod(launcher, 0o755);
        await run(launcher, ['--version'], { seconds: 60, signal: workshop.signal });
        return packages;
      },
    });
  }
  workshop.env['DAYBREAK_AWS'] = command;
}
