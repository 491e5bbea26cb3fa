import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Status } from '../../../controlplane/status/status.ts';
import { request } from '../clients/http.ts';
import { nodeFlags } from './node-flags.ts';
import { createTail } from '../tail.ts';

/** A control plane on this machine's loopback, in a process of its own. */
export type LocalControlPlane = {
  /** The URL of its API, e.g. `http://127.0.0.1:40001`. */
  readonly api: string;
  /** The address of its ADS, e.g. `127.0.0.1:40002`. */
  readonly ads: string;
  readonly pid: number;
  status(): Promise<Status>;
  /** The end of its log. */
  log(): string;
  /** Sends SIGKILL, and waits until it has ended. */
  kill(): Promise<void>;
  /** Sends SIGTERM and returns the exit code. After a minute it is killed, and the code is undefined. */
  stop(): Promise<number | undefined>;
};

const DAYBREAK = join(import.meta.dirname, '../../../cli/main.ts');
const STOP_LIMIT_MS = 120_000;
const START_LIMIT_MS = 120_000;

/** Options of a local control plane. */
export type LocalOptions = {
  /** The command `daybreak`; default: this checkout's source. */
  readonly program?: string;
  /** The limit of open file descriptors; default: that of this process. */
  readonly openFiles?: number;
  /** Further variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
};

/**
 * Starts a control plane on free ports and waits until it serves. `where`: `--data` or `--store` and its value, and any other flags. Node gets the
 * same flags as in the installed command.
 * @throws Error with its log if it does not serve
 */
export async function startLocalControlPlane(
  where: readonly string[],
  { program = DAYBREAK, openFiles, env = {} }: LocalOptions = {},
): Promise<LocalControlPlane> {
  const args = ['controlplane', ...where, '--api', '127.0.0.1:0', '--ads', '127.0.0.1:0'];
  const command = [process.execPath, ...nodeFlags('daybreak'), program, ...args];
  const limited = openFiles === undefined ? command : ['prlimit', `--nofile=${openFiles}`, ...command];
  const [file = '', ...words] = limited;
  const child = execa(file, words, {
    reject: false,
    buffer: false,
    stdin: 'ignore',
    env,
    forceKillAfterDelay: STOP_LIMIT_MS,
  });
  const log = createTail();
  child.stderr.on('data', (chunk: Buffer) => log.append(chunk));
  const ready = await Promise.race([
    once(child.stdout, 'data', { signal: AbortSignal.timeout(START_LIMIT_MS) }),
    child.then(() => undefined),
  ]).catch(() => undefined);
  const { pid } = child;
  if (ready === undefined || pid === undefined) {
    child.kill('SIGKILL');
    throw new Error(`the control plane does not serve:\n${log.text()}`);
  }
  const { api, ads } = JSON.parse(String(ready[0])) as { api: string; ads: string };
  return {
    api,
    ads,
    pid,
    status: async () => JSON.parse((await request(`${api}/status`)).body) as Status,
    log: () => log.text(),
    kill: async () => {
      child.kill('SIGKILL');
      await child;
    },
    stop: async () => {
      child.kill('SIGTERM');
      return (await child).exitCode;
    },
  };
}
