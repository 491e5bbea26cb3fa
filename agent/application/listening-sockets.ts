import { open } from 'node:fs/promises';
import { endianness } from 'node:os';

/** A listening TCP socket of the host. A wildcard address is `0.0.0.0` or `::`. */
export type ListeningSocket = { readonly address: string; readonly port: number };

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const;
const LISTEN = '0A';
const CHUNK = 16_384;
const MAX_LENGTH = 1024 * 1024;

/** Reads the listening sockets of this network namespace (proc_pid_net(5)). A missing table counts as empty. */
export async function readListeningSockets(): Promise<readonly ListeningSocket[]> {
  const tables = await Promise.all(TABLES.map((path) => readListening(path).catch(() => '')));
  return tables.flatMap(parseSockets);
}

/** The kernel lists listening sockets first, so reading stops at the first line of a connection. */
async function readListening(path: string): Promise<string> {
  await using file = await open(path);
  let text = '';
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK);
    text += buffer.toString('latin1', 0, bytesRead);
    const rows = text.split('\n').slice(1, -1);
    const isOver = rows.some((row) => stateOf(row) !== LISTEN);
    if (bytesRead === 0 || isOver || text.length > MAX_LENGTH) return text;
  }
}

/** Parses the listening sockets in a table. */
export function parseSockets(table: string): readonly ListeningSocket[] {
  return table.split('\n').flatMap((row) => {
    if (stateOf(row) !== LISTEN) return [];
    const [address = '', port = ''] = (row.trim().split(/\s+/)[1] ?? '').split(':');
    return [{ address: formatAddress(address), port: parseInt(port, 16) }];
  });
}

/** Formats an address of the kernel's tables: 8 or 32 hexadecimal digits. */
export function formatAddress(hex: string): string {
  return hex.length === 8 ? formatIpv4(hex) : formatIpv6(hex);
}

function stateOf(row: string): string | undefined {
  return row.trim().split(/\s+/)[3];
}

function formatIpv4(hex: string): string {
  return [...bytesOf(hex)].join('.');
}

/** Formats an address as Envoy does: the longest run of zeros is compressed, and an IPv4-mapped address becomes IPv4. */
function formatIpv6(hex: string): string {
  const bytes = bytesOf(hex);
  if (bytes.subarray(0, 12).equals(MAPPED)) return [...bytes.subarray(12)].join('.');
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

/** The table holds 32-bit words in the machine's byte order. */
function bytesOf(hex: string): Buffer {
  const bytes = Buffer.from(hex, 'hex');
  return endianness() === 'LE' ? bytes.swap32() : bytes;
}
