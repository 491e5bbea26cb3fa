import { constants, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { stage } from '../../images/stage.ts';

const SCRIPT = join(import.meta.dirname, 'machine.sh');

/** Time-outs of a boot, a command and an end, in milliseconds, for a busy machine. */
const BOOT_MS = 240_000;
const COMMAND_MS = 240_000;
const END_MS = 240_000;

/** The parts of /etc that belong to the programs below /usr. */
const OF_THIS_MACHINE = ['alternatives', 'ld.so.cache', 'nsswitch.conf'];

/** The users that systemd itself needs; systemd-sysusers creates all others. */
const USERS = {
  passwd: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
  group: 'root:x:0:\nnogroup:x:65534:\n',
};

/** How a command ended on the machine. */
export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** A machine with Daybreak installed, and its own systemd as PID 1. /etc and /var persist across boots. */
export type Machine = {
  /** Writes a file on the machine: `etc/…` or `var/…`. */
  write(path: string, text: string): Promise<void>;
  /** The path of one of the machine's files on this host: `etc/…` or `var/…`. */
  path(name: string): string;
  /** Reads a file on the machine; empty if there is none. */
  read(path: string): Promise<string>;
  /** Boots it, and waits until systemd has started all units. */
  boot(): Promise<Booted>;
  /** Kills it, whatever its state, and removes its files. */
  remove(): Promise<void>;
};

/** A running machine. */
export type Booted = {
  /** The words in front of a command that make it run on the machine, as root. */
  readonly enter: () => Promise<readonly [string, ...string[]]>;
  /** Runs a shell command on the machine, as root. */
  readonly run: (command: string) => Promise<Ended>;
  /** Makes systemd stop everything in order and exit; the machine can be booted again. */
  readonly end: (how: 'reboot' | 'poweroff') => Promise<void>;
};

/**
 * Creates a machine that was never booted, with Daybreak installed. `envoy`: the file for its /usr/bin/envoy. `network`: the name of the network
 * namespace that is its network; default: a new one with the loopback interface alone.
 * @throws Error if there is no such file
 */
export async function makeMachine(
  envoy = process.env['DAYBREAK_ENVOY'] ?? '',
  network?: string,
): Promise<Machine> {
  await access(envoy, constants.X_OK).catch((cause: unknown) => {
    throw new Error(`DAYBREAK_ENVOY=${JSON.stringify(envoy)}: no program there`, { cause });
  });
  return machineWith(envoy, network);
}

/**
 * Creates a Debian machine that was never booted, without Daybreak: apt knows this machine's packages. It needs dpkg. What is installed below /usr later is
 * lost at the end of the boot. `network`: as for `makeMachine`.
 */
export async function makeBareMachine(network?: string): Promise<Machine> {
  const machine = await machineWith(undefined, network);
  await machine.write('var/lib/dpkg/status', await readFile('/var/lib/dpkg/status', 'utf8'));
  for (const name of [
    'lib/dpkg/info',
    'lib/dpkg/updates',
    'lib/apt/lists/partial',
    'cache/apt/archives/partial',
    'log/apt',
  ])
    await machine.write(`var/${name}/.keep`, '');
  return machine;
}

async function machineWith(envoy: string | undefined, network = ''): Promise<Machine> {
  const folder = mkdtempSync(join(tmpdir(), 'daybreak-machine-'));
  const etc = join(folder, 'etc');
  for (const name of ['etc', 'var']) mkdirSync(join(folder, name));
  for (const name of OF_THIS_MACHINE) {
    cpSync(join('/etc', name), join(etc, name), { recursive: true, verbatimSymlinks: true });
  }
  for (const [name, text] of Object.entries(USERS)) writeFileSync(join(etc, name), text);
  writeFileSync(join(etc, 'hostname'), 'machine\n');
  // Without a machine id it would be a first boot, which enables units by itself.
  writeFileSync(join(etc, 'machine-id'), `${'daeb'.repeat(8)}\n`);
  const installed = join(folder, 'installed');
  if (envoy === undefined) mkdirSync(join(installed, 'usr'), { recursive: true });
  else await stage(installed, process.execPath);

  let running: Promise<unknown> = Promise.resolve();
  let off = () => Promise.resolve();
  return {
    write: async (path, text) => {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    },
    path: (name) => join(folder, name),
    read: (path) => readFile(join(folder, path), 'utf8').catch(() => ''),
    boot: async () => {
      const facts = [folder, installed, envoy ?? '', network];
      const args = ['--pdeathsig=KILL', 'unshare', '--mount', 'sh', SCRIPT, ...facts];
      const machine = execa('setpriv', args, { reject: false });
      running = machine;
      // Everything ends with its PID 1, and the script cleans up the rest.
      off = async () => void process.kill(await firstOf(machine.pid), 'SIGKILL');
      const enter = async () => ['nsenter', `--target=${await firstOf(machine.pid)}`, '--all'] as const;
      const run = async (command: string): Promise<Ended> => {
        const [program, ...words] = await enter();
        const options = { reject: false, timeout: COMMAND_MS } as const;
        const {
          exitCode = -1,
          stdout,
          stderr,
        } = await execa(program, [...words, 'sh', '-c', command], options);
        return { code: exitCode, stdout, stderr };
      };
      const failed = machine.then(({ stderr, exitCode }) => {
        throw new Error(`the machine ended with ${exitCode} as it booted: ${stderr}`);
      });
      await Promise.race([failed, untilRunning(run)]);
      failed.catch(() => undefined);
      return {
        enter,
        run,
        end: async (how) => {
          await run(`systemctl --no-block ${how}`);
          const ended = await Promise.race([machine, sleep(END_MS)]);
          const wanted = { reboot: 129, poweroff: 130 }[how];
          if (ended?.exitCode !== wanted) {
            throw new Error(
              `${how}: not ended with ${wanted} within ${END_MS} ms, but ${ended?.exitCode}: ${ended?.stderr}`,
            );
          }
        },
      };
    },
    remove: async () => {
      await off().catch(() => undefined);
      await running;
      rmSync(folder, { recursive: true });
    },
  };
}

/** Returns systemd's pid on this machine: the child of `unshare`, which is the child of the script. */
async function firstOf(pid: number | undefined): Promise<number> {
  const childOf = async (parent: number | undefined, name: string): Promise<number> => {
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
    for (const child of children.trim().split(' ').map(Number)) {
      if ((await readFile(`/proc/${child}/comm`, 'utf8')).trim() === name) return child;
    }
    throw new Error(`process ${parent} has not started ${name} yet`);
  };
  return childOf(await childOf(pid, 'unshare'), 'systemd');
}

async function untilRunning(run: Booted['run']): Promise<void> {
  const end = Date.now() + BOOT_MS;
  let said = '';
  while (Date.now() < end) {
    try {
      const { stdout, stderr } = await run('systemctl is-system-running');
      if (['running', 'degraded'].includes(stdout.trim())) return;
      said = stdout + stderr;
    } catch (error) {
      said = String(error);
    }
    await sleep(100);
  }
  throw new Error(`the machine has not booted within ${BOOT_MS} ms: ${said}`);
}
