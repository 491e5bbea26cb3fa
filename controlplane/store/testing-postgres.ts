import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { chown, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';

/** A PostgreSQL server of a test's own, in a temporary folder, on a socket in it: no port. */
export type TestPostgres = {
  /** Makes an empty database, and answers its URL. */
  database(): Promise<string>;
  start(): Promise<void>;
  /** `immediate`: without writing out what is in memory; it recovers from its log when it starts again. */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  /** Lets it stand still, connections and all, as behind a network that lost its way; `thaw` lets it go on. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Sends SIGKILL to all of it, and waits until it is gone. */
  kill(): Promise<void>;
  /** Stops it and takes its folder away. */
  remove(): Promise<void>;
};

type User = { readonly uid: number; readonly gid: number };

const run = promisify(execFile);
const START_LIMIT_MS = 30_000;
const ENV = { LC_ALL: 'C', PATH: process.env['PATH'] };

/**
 * Starts one. PostgreSQL does not run as root: then it is run as its own user, `postgres`. It ends with this process.
 * @throws Error where it is not installed, or does not start
 */
export async function startTestPostgres(): Promise<TestPostgres> {
  const bin = postgresFolder();
  const user = process.getuid?.() === 0 ? await userIds('postgres') : undefined;
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-pg-'));
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const urlOf = (database: string): string =>
    `postgres://postgres@localhost/${database}?host=${encodeURIComponent(folder)}`;
  let server: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    server = await spawnServer(bin, folder, user);
    await answers(urlOf('postgres'), server, folder);
  };
  const end = async (name: NodeJS.Signals): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    // A process that stands still gets its signal when it goes on.
    signal(await family(server), 'SIGCONT');
    server.kill(name);
    await ended;
  };
  try {
    const options = '-U postgres -A trust -E UTF8 --locale=C --no-sync'.split(' ');
    await run(join(bin, 'initdb'), ['-D', join(folder, 'data'), ...options], {
      ...user,
      cwd: folder,
      env: ENV,
    });
    await start();
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
  let databases = 0;
  return {
    async database() {
      databases += 1;
      const name = `test_${databases}`;
      const client = new Client(urlOf('postgres'));
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      return urlOf(name);
    },
    start,
    stop: (mode) => end(mode === 'fast' ? 'SIGINT' : 'SIGQUIT'),
    freeze: async () => signal(await family(server), 'SIGSTOP'),
    thaw: async () => signal(await family(server), 'SIGCONT'),
    async kill() {
      const [, ...others] = await family(server);
      await end('SIGKILL');
      signal(others, 'SIGKILL');
      // The next server does not start beside those of the last that still run.
      for (const pid of others) while (await isRunning(pid)) await sleep(5);
    },
    async remove() {
      await end('SIGQUIT');
      await rm(folder, { recursive: true });
    },
  };
}

async function spawnServer(bin: string, folder: string, user: User | undefined): Promise<ChildProcess> {
  const log = await open(join(folder, 'log'), 'a');
  const as = user === undefined ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const options = ['listen_addresses=', `unix_socket_directories=${folder}`, 'max_connections=60'];
  const postgres = [
    join(bin, 'postgres'),
    '-D',
    join(folder, 'data'),
    ...options.flatMap((each) => ['-c', each]),
  ];
  const child = spawn('setpriv', [...as, '--pdeathsig=INT', '--', ...postgres], {
    cwd: folder,
    env: ENV,
    stdio: ['ignore', log.fd, log.fd],
  });
  child.on('spawn', () => void log.close());
  return child;
}

async function answers(url: string, server: ChildProcess, folder: string): Promise<void> {
  for (const end = Date.now() + START_LIMIT_MS; ; await sleep(20)) {
    const client = new Client(url);
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (cause) {
      if (server.exitCode === null && Date.now() < end) continue;
      const log = await readFile(join(folder, 'log'), 'utf8');
      throw new Error(`PostgreSQL does not start:\n${log}`, { cause });
    }
  }
}

/** The server, and then the processes that it has started. */
async function family(server: ChildProcess | undefined): Promise<readonly number[]> {
  const pid = server?.pid;
  if (pid === undefined) return [];
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const words = text.split(' ').filter((word) => word.trim() !== '');
  return [pid, ...words.map(Number)];
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended by itself.
    }
  }
}

/** Not so of a process that has ended and waits for PID 1 to notice. */
async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') X');
  return !/\) [ZX]/.test(stat);
}

/** Debian keeps the server's programs off the PATH, a folder a version. */
function postgresFolder(): string {
  const folders = globSync('/usr/lib/postgresql/*/bin').toSorted();
  const onPath = (process.env['PATH'] ?? '').split(':').filter((folder) => folder !== '');
  const found = [...folders.toReversed(), ...onPath].find((folder) => existsSync(join(folder, 'initdb')));
  if (found === undefined) throw new Error('PostgreSQL is not installed: there is no initdb');
  return found;
}

async function userIds(name: string): Promise<User> {
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, name])));
  return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
}
