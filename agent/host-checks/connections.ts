import { open, readdir, readlink } from 'node:fs/promises';
import { formatAddress } from '../application/listening-sockets.ts';

/** An established TCP connection of this network namespace. */
export type Connection = {
  readonly local: { readonly address: string; readonly port: number };
  readonly remote: { readonly address: string; readonly port: number };
  readonly uid: number;
  readonly inode: string;
};

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const;
const ESTABLISHED = '01';
/** Part of a table that is read: about 3,000 connections. */
const MOST_BYTES = 512 * 1024;

/** Reads the established connections (proc_pid_net(5)), at most some thousand. A missing table counts as empty. */
export async function readConnections(): Promise<readonly Connection[]> {
  const tables = await Promise.all(TABLES.map((path) => readStart(path).catch(() => '')));
  return tables.flatMap(parseConnections);
}

async function readStart(path: string): Promise<string> {
  await using file = await open(path);
  const buffer = Buffer.alloc(MOST_BYTES);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, MOST_BYTES - length);
    length += bytesRead;
    if (bytesRead === 0 || length === MOST_BYTES) return buffer.toString('latin1', 0, length);
  }
}

/** Parses the established connections in a table. */
export function parseConnections(table: string): readonly Connection[] {
  return table.split('\n').flatMap((row) => {
    const [, local = '', remote = '', state, , , , uid, , inode = '0'] = row.trim().split(/\s+/);
    if (state !== ESTABLISHED || inode === '0') return [];
    return [{ local: endOf(local), remote: endOf(remote), uid: Number(uid), inode }];
  });
}

function endOf(text: string): Connection['local'] {
  const [address = '', port = ''] = text.split(':');
  return { address: formatAddress(address), port: parseInt(port, 16) };
}

/** Reads the inodes of the sockets of processes; a process that ended has none. */
export async function readSocketInodes(pids: readonly (number | 'self')[]): Promise<ReadonlySet<string>> {
  const all = await Promise.all(pids.map((pid) => inodesOf(`/proc/${pid}/fd`).catch(() => [])));
  return new Set(all.flat());
}

async function inodesOf(folder: string): Promise<readonly string[]> {
  const links = await Promise.all(
    (await readdir(folder)).map((name) => readlink(`${folder}/${name}`).catch(() => '')),
  );
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}
