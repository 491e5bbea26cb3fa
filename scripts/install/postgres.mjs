import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isProgram, programs } from '../command.mjs';
import { installDebianPackages } from './debian.mjs';
import { SetupError } from '../errors.mjs';

/** @import { Context } from '../context.mjs' */

const PROGRAMS = '/usr/lib/postgresql';

// Debian starts a server as soon as its package is installed, unless told otherwise here.
const SETTINGS_FOLDER = '/etc/postgresql-common/createcluster.d';
const NO_SERVER = 'create_main_cluster = false\n';

/**
 * Finds the programs of the PostgreSQL server, with which the tests start their own servers. If they are missing, installs the
 * distribution's package, without starting its server.
 * @param {Context} context
 */
export async function installPostgres(context) {
  if (isInstalled(context)) return;
  const settings = join(SETTINGS_FOLDER, 'daybreak.conf');
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    mkdirSync(SETTINGS_FOLDER, { recursive: true });
    writeFileSync(settings, NO_SERVER);
  }
  try {
    await installDebianPackages(context, ['postgresql']);
  } finally {
    rmSync(settings, { force: true });
  }
  if (!isInstalled(context)) throw new SetupError('postgresql is installed, but there is no initdb');
}

/** @param {Context} context */
function isInstalled({ env }) {
  // Debian installs the server's programs outside of the PATH, in one folder per version.
  const versions = existsSync(PROGRAMS) ? readdirSync(PROGRAMS) : [];
  const isThere = versions.some((version) => isProgram(join(PROGRAMS, version, 'bin/initdb')));
  return isThere || programs('initdb', env['PATH'] ?? '').length > 0;
}
