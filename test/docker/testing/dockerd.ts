import { createReadStream, existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { isOnPath } from '../../operations/clients/on-path.ts';
import type { Host } from '../../lab/host.ts';
import type { Lab } from '../../lab/lab.ts';
import { until } from '../../lab/until.ts';

/** How a command ended. */
export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** A Docker daemon of our own, on a host of a lab: ports that containers publish are the host's. */
export type Docker = {
  readonly host: Host;
  /** Variables with which `docker` and `docker-compose` reach the daemon. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Runs `docker` with these arguments.
   * @returns its stdout, without the newline at the end
   * @throws Error with its stderr if it fails
   */
  run(...args: readonly string[]): Promise<string>;
  /** Runs `docker` with these arguments, however it ends. */
  try(...args: readonly string[]): Promise<Ended>;
  /** Loads the images of an archive. */
  load(archive: string): Promise<void>;
  /** Kills a process by its id in the daemon's PID namespace. */
  killProcess(pid: number): Promise<void>;
  /** Stops the daemon with all containers. */
  stop(): Promise<void>;
};

/** Time-outs of a command and of the daemon's start and stop, in milliseconds, for a busy machine. */
const COMMAND_MS = 900_000;
const START_MS = 300_000;
const STOP_MS = 120_000;

/** Returns why Docker cannot be had here; undefined if it can. */
export function whyNoDocker(): string | undefined {
  const missing = ['dockerd', 'docker', 'containerd', 'iptables', 'setpriv', 'unshare'].filter(
    (each) => !isOnPath(each),
  );
  if (missing.length > 0)
    return `there is no ${missing.join(', ')} on the PATH (on Debian: apt-get install docker.io)`;
  if (process.getuid?.() !== 0) return 'dockerd needs root';
  return mayMakeCgroups() ? undefined : 'this machine lets no program make cgroups, which containers need';
}

/** Tries it as dockerd does: with the memory controller of version 1, or in the tree of version 2. */
function mayMakeCgroups(): boolean {
  const parent = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup'].find((each) => existsSync(each));
  if (parent === undefined) return false;
  const probe = join(parent, `daybreak-probe-${process.pid}`);
  try {
    mkdirSync(probe);
    rmdirSync(probe);
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts a Docker daemon on a host of its own in `lab`, with its own data. The daemon and all containers have a PID namespace of their own, which ends
 * with the daemon, and the daemon with this process, however they end; and a mount namespace, so that their mounts end too.
 */
export async function startDocker(lab: Lab): Promise<Docker> {
  const host = await lab.host('docker');
  const folder = join(host.folder, 'docker');
  const socket = `unix://${folder}/socket`;
  // Not by `ip netns exec`, which hides the cgroups.
  const namespaces = [
    `--net=/run/netns/${host.namespace}`,
    'unshare',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
  ];
  const places = [
    '--data-root',
    `${folder}/data`,
    '--exec-root',
    `${folder}/exec`,
    '--pidfile',
    `${folder}/pid`,
  ];
  const networks = ['--bip', '10.211.0.1/24', '--default-address-pool', 'base=10.212.0.0/16,size=24'];
  const args = [...namespaces, 'dockerd', ...places, ...networks, '--host', socket, '--log-level', 'warn'];
  const daemon = execa('setpriv', ['--pdeathsig=KILL', 'nsenter', ...args], {
    reject: false,
    stdin: 'ignore',
    all: true,
    extendEnv: true,
  });
  const env = { DOCKER_HOST: socket, DOCKER_CONFIG: join(folder, 'config') };
  const attempt = async (...words: readonly string[]): Promise<Ended> => {
    const { exitCode, timedOut, stdout, stderr } = await execa('docker', words, {
      env,
      reject: false,
      timeout: COMMAND_MS,
    });
    // At the time-out, the command itself ends with 0.
    return { code: timedOut ? -1 : (exitCode ?? -1), stdout, stderr };
  };
  const run = async (...words: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await attempt(...words);
    if (code !== 0) throw new Error(`docker ${words.join(' ')}: exit ${code}: ${stderr}`);
    return stdout;
  };
  const gone = daemon.then(({ all }) => {
    throw new Error(`dockerd ended: ${all.slice(-2000)}`);
  });
  await Promise.race([
    gone,
    until('dockerd answers', () => run('version'), { limitMs: START_MS, everyMs: 200 }),
  ]);
  gone.catch(() => undefined);
  return {
    host,
    env,
    run,
    try: attempt,
    async load(archive) {
      await execa('docker', ['load', '--quiet'], { env, input: createReadStream(archive) });
    },
    async killProcess(pid) {
      await execa('nsenter', [
        `--target=${childOf(daemon.pid)}`,
        '--pid',
        '--mount',
        'kill',
        '-KILL',
        `${pid}`,
      ]);
    },
    async stop() {
      const containers = await run('ps', '--quiet');
      if (containers !== '') await attempt('kill', ...containers.split('\n'));
      // `unshare`, which we started, waits for the daemon, and passes no signal on.
      process.kill(childOf(daemon.pid), 'SIGTERM');
      await Promise.race([daemon, sleep(STOP_MS, undefined, { ref: false })]);
      daemon.kill('SIGKILL');
    },
  };
}

/** Returns the daemon's process id: the child of `unshare`, which we started. */
function childOf(pid: number | undefined): number {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  if (child === undefined || child === '') throw new Error(`process ${pid} has no child: dockerd has ended`);
  return Number(child);
}
