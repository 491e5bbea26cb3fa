import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isProgram, quoted, run } from '../command.mjs';
import { installAtomically } from './install-atomically.mjs';
import { holdsWheels, installWheels, providePython } from './python.mjs';

/** @import { Context } from '../context.mjs' */

/**
 * A program in Python that the tests run: its folder and command, the variable by which later programs find the command, its wheels (a
 * requirements file beside this one), its module, and Python code that fails if a part of the program is missing.
 * @typedef {{
 *   what: string,
 *   doing: string,
 *   folder: string,
 *   command: string,
 *   variable: string,
 *   requirements: string,
 *   module: string,
 *   check: string,
 * }} PythonProgram
 */

/**
 * Installs a program, in the same version on every machine.
 * @param {Context} context
 * @param {PythonProgram} program
 */
export async function installPythonProgram(context, program) {
  const { what, doing, module, check } = program;
  const requirements = fileURLToPath(new URL(program.requirements, import.meta.url));
  const target = join(context.folder, program.folder);
  const command = join(target, program.command);
  const present = async () =>
    isProgram(command) &&
    isProgram(await readFile(join(target, 'python'), 'utf8').catch(() => '')) &&
    (await holdsWheels(target, requirements));
  if (!(await present())) {
    const python = await providePython(context);
    await installAtomically(context, {
      what,
      doing,
      target,
      present,
      async fill(folder) {
        const packages = await installWheels(context, python, requirements, folder);
        await writeFile(join(packages, 'python'), python.executable);
        // Our own script, because pip's scripts have the path of the folder that they were installed to, and this one is renamed.
        const launcher = join(packages, program.command);
        const line = `PYTHONPATH="\${0%/*}" exec ${quoted(python.executable)} -m ${module} "$@"`;
        await writeFile(launcher, `#!/bin/sh\n${line}\n`);
        await chmod(launcher, 0o755);
        const env = { ...process.env, PYTHONPATH: packages };
        await run(python.executable, ['-c', check], { seconds: 60, signal: context.signal, env });
        return packages;
      },
    });
  }
  context.env[program.variable] = command;
}
