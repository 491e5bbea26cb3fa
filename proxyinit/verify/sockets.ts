import { readFile } from 'node:fs/promises';
import { SocketAddress } from 'node:net';

/** An entry of the kernel's socket list. An IPv4-mapped IPv6 address is returned as IPv4. */
export type SocketEntry = {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly listening: boolean;
};

/** An address and a port. */
export type Endpoint = { readonly address: string; readonly port: number };

const FILES = { tcp: ['tcp', 'tcp6'], udp: ['udp', 'udp6'] } as const;

/** Reads the sockets of this network namespace from the kernel's lists. A missing list counts as empty. */
export async function readSockets(protocol: 'tcp' | 'udp'): Promise<readonly SocketEntry[]> {
  const texts = await Promise.all(
    FILES[protocol].map((file) => readFile(`/proc/net/${file}`, 'utf8').catch(() => '')),
  );
  return texts.flatMap(parseSockets);
}

/** Parses `/proc/net/tcp`, `tcp6`, `udp` or `udp6`. Addresses are 32-bit words in the machine's byte order, here little-endian. */
export function parseSockets(text: string): readonly SocketEntry[] {
  return Array.from(
    text.matchAll(/^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]{2}) /gm),
    ([, local = '', localPort = '', remote = '', remotePort = '', state]) => ({
      local: endpoint(local, localPort),
      remote: endpoint(remote, remotePort),
      listening: state === LISTEN,
    }),
  );
}

/** The kernel's number of TCP_LISTEN. */
const LISTEN = '0A';

const MAPPED = '00000000000000000000ffff';

function endpoint(hex: string, port: string): Endpoint {
  const bytes = (hex.match(/.{8}/g) ?? []).map((word) => (word.match(/../g) ?? []).toReversed().join(''));
  const all = bytes.join('').toLowerCase();
  const four = all.length === 8 ? all : all.startsWith(MAPPED) ? all.slice(MAPPED.length) : undefined;
  const address =
    four === undefined
      ? new SocketAddress({ family: 'ipv6', address: (all.match(/.{4}/g) ?? []).join(':') }).address
      : (four.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join('.');
  return { address, port: Number.parseInt(port, 16) };
}
