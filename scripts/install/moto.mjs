import { installPythonProgram } from './python-program.mjs';

/** @import { Context } from '../context.mjs' */

const VERSION = '5.2.5';

/**
 * Installs moto, which replaces AWS's services in tests: a program that serves plain HTTP at the address and port of its flags (`-H`, `-p`)
 * until it is stopped. Later programs find moto by DAYBREAK_MOTO.
 * @param {Context} context
 */
export function installMoto(context) {
  return installPythonProgram(context, {
    what: `moto ${VERSION}`,
    doing: 'installing it from PyPI (30 MB, about 15 s)',
    folder: `moto-${VERSION}`,
    command: 'serve',
    variable: 'DAYBREAK_MOTO',
    requirements: 'requirements-moto.txt',
    module: 'moto.server',
    check: 'import moto.server, moto.servicediscovery.urls, moto.acm.urls, moto.acmpca.urls',
  });
}
