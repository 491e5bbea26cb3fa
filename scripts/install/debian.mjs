import { existsSync } from 'node:fs';
import { attempt, programs, run } from '../command.mjs';
import { SetupError } from '../errors.mjs';

/** @import { Context } from '../context.mjs' */

const LIMIT_SECONDS = 600;

/** The commands that make hosts of network namespaces, with the Debian package of each. */
const HOST_COMMANDS = [
  { command: 'ip', name: 'iproute2' },
  { command: 'iptables-restore', name: 'iptables' },
  { command: 'ip6tables-restore', name: 'iptables' },
];

/** Additional commands for tests: for rules that iptables did not create, and for a machine that boots. */
const TEST_COMMANDS = [
  { command: 'nft', name: 'nftables' },
  { command: 'systemctl', name: 'systemd' },
];

/**
 * Installs the Debian packages for network namespaces of which a command is missing.
 * @param {Context} context
 */
export async function installHostPackages(context) {
  await installPackagesOf(context, HOST_COMMANDS);
}

/**
 * Installs these packages, and those that only tests need.
 * @param {Context} context
 */
export async function installTestPackages(context) {
  await installPackagesOf(context, [...HOST_COMMANDS, ...TEST_COMMANDS]);
}

/**
 * Installs Chromium, for the tests of the console. If that is not possible, prints that these tests are skipped.
 * @param {Context} context
 */
export async function installChromium(context) {
  try {
    await installPackagesOf(context, [{ command: 'chromium', name: 'chromium' }]);
  } catch (error) {
    context.signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `left out: the console's pages in a browser, because Chromium is not there: ${why}\n`,
    );
  }
}

/**
 * @param {Context} context
 * @param {readonly { command: string, name: string }[]} commands
 */
async function installPackagesOf(context, commands) {
  const missing = () =>
    commands.filter(({ command }) => programs(command, context.env['PATH'] ?? '').length === 0);
  const names = [...new Set(missing().map(({ name }) => name))];
  if (names.length === 0) return;
  await installDebianPackages(context, names);
  const [still] = missing();
  if (still !== undefined)
    throw new SetupError(`${still.name} is installed, but no ${still.command} is on the PATH`);
}

/**
 * Installs packages of the distribution if this user may do so; otherwise the error has the command to type.
 * @param {Context} context
 * @param {readonly string[]} names
 */
export async function installDebianPackages(context, names) {
  const install = ['install', '-y', '--no-install-recommends', ...names];
  const apt = programs('apt-get', context.env['PATH'] ?? '').length > 0 && existsSync('/etc/debian_version');
  if (!apt || process.getuid?.() !== 0) {
    const where = apt
      ? ''
      : ' (or, on a system that is neither Debian nor Ubuntu, what has the same programs)';
    throw new SetupError(`this must be installed first${where}:\n\n    sudo apt-get ${install.join(' ')}\n`);
  }
  await context.progress.step('Debian packages', `installing ${names.join(', ')} (about 10 s)`, () =>
    aptGet(context, install),
  );
}

/**
 * The package lists are fetched only when the install fails without them.
 * @param {Context} context
 * @param {readonly string[]} install
 */
async function aptGet({ signal }, install) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  // An interruption waits until apt-get is done: a package must not be left half configured.
  const options = { seconds: LIMIT_SECONDS, env };
  const wait = ['-o', 'DPkg::Lock::Timeout=120'];
  const { code } = await attempt('apt-get', [...wait, ...install], options);
  signal.throwIfAborted();
  if (code === 0) return;
  await run('apt-get', [...wait, 'update'], options);
  signal.throwIfAborted();
  await run('apt-get', [...wait, ...install], options);
}
