import { join } from 'node:path';
import { execa } from 'execa';
import { until } from '../../lab/until.ts';
import { isOnPath } from '../../operations/clients/on-path.ts';
import type { Docker } from './dockerd.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Time-out of a command, in milliseconds, for a busy machine. */
const LIMIT_MS = 900_000;

/** Time-out of the restart of a killed container, in milliseconds: Docker's back-off is at most a minute. */
const RESTART_MS = 120_000;

/** The project of docker-compose.yml, in a Docker of our own. */
export type Compose = {
  /**
   * Runs `docker-compose` (or `docker compose`) with these arguments.
   * @returns its stdout
   * @throws Error with its output if it fails
   */
  run(...args: readonly string[]): Promise<string>;
  /** The names of all services that run or have run, one-shot ones too. */
  services(): Promise<readonly string[]>;
  /** The id of a service's container. */
  container(service: string): Promise<string>;
  /**
   * Kills process 1 of a service's container, and waits until Docker has started it again. `docker kill` would count as a stop
   * that an operator wants.
   */
  killProcess(service: string): Promise<void>;
};

/** A command, as its words. */
type Command = readonly [string, ...string[]];

/** Returns why Compose cannot be had here; undefined if it can. */
export async function whyNoCompose(): Promise<string | undefined> {
  return (await commandOf()) === undefined
    ? 'there is neither docker-compose nor docker compose (on Debian: apt-get install docker-compose)'
    : undefined;
}

/** Returns the command that DAYBREAK_COMPOSE names, else `docker-compose` or `docker compose`, whichever is there. */
async function commandOf(): Promise<Command | undefined> {
  const [named, ...words] = (process.env['DAYBREAK_COMPOSE'] ?? '').split(' ');
  if (named !== undefined && named !== '') return [named, ...words];
  if (isOnPath('docker-compose')) return ['docker-compose'];
  const { failed } = await execa('docker', ['compose', 'version'], { reject: false });
  return failed ? undefined : ['docker', 'compose'];
}

/** Returns the project, whose commands begin with `flags`. Nothing runs yet. */
export async function composeProject(docker: Docker, flags: readonly string[] = []): Promise<Compose> {
  const [file, ...words] = (await commandOf()) ?? ['docker-compose'];
  const version = await execa(file, [...words, 'version', '--short'], { env: docker.env });
  process.stderr.write(`${[file, ...words].join(' ')}: ${version.stdout}\n`);
  const env = { ...docker.env, COMPOSE_PROJECT_NAME: 'colors', COMPOSE_ANSI: 'never' };
  const run = async (...args: readonly string[]): Promise<string> => {
    const options = { cwd: ROOT, env, timeout: LIMIT_MS, reject: false, stdin: 'ignore' } as const;
    const { failed, stdout, stderr } = await execa(file, [...words, ...flags, ...args], options);
    if (failed) throw new Error(`compose ${args.join(' ')}: ${stdout}\n${stderr}`);
    return stdout;
  };
  const container = async (service: string): Promise<string> => (await run('ps', '--quiet', service)).trim();
  return {
    run,
    container,
    services: async () =>
      (await docker.run('ps', '--all', '--format', '{{.Label "com.docker.compose.service"}}')).split('\n'),
    async killProcess(service) {
      const id = await container(service);
      const restarts = () => docker.run('inspect', '--format', '{{.RestartCount}}', id);
      const before = await restarts();
      const pid = await docker.run('inspect', '--format', '{{.State.Pid}}', id);
      await docker.killProcess(Number(pid));
      await until(`Docker starts ${service} again`, async () => (await restarts()) !== before, {
        limitMs: RESTART_MS,
        everyMs: 100,
      });
    },
  };
}
