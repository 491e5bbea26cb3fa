import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { chown, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from '../../../test/lab/net/free-port.ts';
import { family, isRunning, signal } from './process-family.ts';

/** A PostgreSQL server for one test, in a temporary folder, on a Unix socket in it. */
export type TestPostgres = {
  /** Its TLS port on 127.0.0.1; 0 if it was started without TLS. */
  readonly port: number;
  /** Creates an empty database, and returns its URL. */
  database(): Promise<string>;
  start(): Promise<void>;
  /** `immediate`: without a checkpoint; the next start recovers from the log. */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  /** Suspends all its processes, which looks like a network that drops packets; `thaw` resumes them. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Sends SIGKILL to all its processes, and waits until they are gone. */
  kill(): Promise<void>;
  /** Stops the server and removes its folder. */
  remove(): Promise<void>;
};

type User = { readonly uid: number; readonly gid: number };

const run = promisify(execFile);
const START_LIMIT_MS = 120_000;
const ENV = { LC_ALL: 'C', PATH: process.env['PATH'] };

/** The server's certificate and key, both PEM. */
export type TestPostgresTls = { readonly cert: string; readonly key: string };

/**
 * Starts a server, which ends with this process; with `tls` it also listens on loopback, for TLS only. PostgreSQL does not
 * run as root: root starts it as the user `postgres`.
 * @throws Error if PostgreSQL is not installed or does not start
 */
export async function startTestPostgres(tls?: TestPostgresTls): Promise<TestPostgres> {
  const bin = postgresFolder();
  const user = process.getuid?.() === 0 ? await userIds('postgres') : undefined;
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-pg-'));
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const port = tls === undefined ? 0 : await freePort();
  // The name of the socket contains a port.
  const socket = port === 0 ? 5432 : port;
  const urlOf = (database: string): string =>
    `postgres://postgres@localhost:${socket}/${database}?host=${encodeURIComponent(folder)}`;
  let server: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    server = await spawnServer(bin, folder, user, port);
    await answers(urlOf('postgres'), server, folder);
  };
  const end = async (name: NodeJS.Signals): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    // A suspended process handles its signals when it is resumed.
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
    if (tls !== undefined) await writeTls(join(folder, 'data'), tls, user);
    await start();
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
  let databases = 0;
  return {
    port,
    async database() {
      databases += 1;
      const name = `test_${databases}`;
      await runSql(urlOf('postgres'), `create database ${name}`);
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
      // A server does not start while processes of the previous one are running.
      for (const pid of others) while (await isRunning(pid)) await sleep(5);
    },
    async remove() {
      await end('SIGQUIT');
      // A process of the server that ends may still write.
      await rm(folder, { recursive: true, maxRetries: 10 });
    },
  };
}

/** Runs SQL on a connection of its own. */
export async function runSql(url: string, text: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/** The files have the names that PostgreSQL expects. Over TCP, only TLS clients are accepted. */
async function writeTls(data: string, { cert, key }: TestPostgresTls, user: User | undefined): Promise<void> {
  await writeFile(join(data, 'server.crt'), cert);
  await writeFile(join(data, 'server.key'), key, { mode: 0o600 });
  if (user !== undefined) await chown(join(data, 'server.key'), user.uid, user.gid);
  await writeFile(join(data, 'pg_hba.conf'), 'local all all trust\nhostssl all all 127.0.0.1/32 trust\n');
}

async function spawnServer(
  bin: string,
  folder: string,
  user: User | undefined,
  port: number,
): Promise<ChildProcess> {
  const log = await open(join(folder, 'log'), 'a');
  const as = user === undefined ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const tcp = port === 0 ? ['listen_addresses='] : ['listen_addresses=127.0.0.1', `port=${port}`, 'ssl=on'];
  const options = [...tcp, `unix_socket_directories=${folder}`, 'max_connections=60'];
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

/** Debian installs the server's programs outside of PATH, in one folder per version. */
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
