import { SocketAddress } from 'node:net';
import type { HostPort } from '../../common/addresses/host-port.ts';

/**
 * The result of parsing the first bytes from a balancer: a part of a header; a whole header of `length` bytes with the client's
 * address (undefined for a connection of the balancer itself); or an invalid header with the reason.
 */
export type ProxyHeader =
  | { readonly kind: 'part' }
  | { readonly kind: 'whole'; readonly length: number; readonly from: HostPort | undefined }
  | { readonly kind: 'wrong'; readonly reason: string };

/** The PROXY protocol, section 2.2. Neither TLS nor HTTP begins with these bytes. */
const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
/** The signature, version and command, family and transport, and the length of the rest. */
const FIXED = SIGNATURE.length + 4;
/** The longest accepted header, in bytes. Addresses take 36, and balancers add a few hundred bytes. */
const MOST = 4096;

const VERSION = 2;
const COMMANDS = { local: 0, proxy: 1 } as const;
const FAMILIES = { unspecified: 0, ipv4: 1, ipv6: 2 } as const;
const STREAM = 1;

/** Parses a header of PROXY protocol version 2. It ignores the TLVs after the addresses. */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  const begun = Math.min(bytes.length, SIGNATURE.length);
  if (bytes.compare(SIGNATURE, 0, begun, 0, begun) !== 0) {
    return wrong('it does not begin with the signature of PROXY protocol version 2');
  }
  if (bytes.length < FIXED) return { kind: 'part' };
  const command = bytes.readUInt8(12) & 0xf;
  const version = bytes.readUInt8(12) >> 4;
  if (version !== VERSION) return wrong(`its version is ${version}, but must be ${VERSION}`);
  const rest = bytes.readUInt16BE(14);
  const length = FIXED + rest;
  if (length > MOST) return wrong(`it has ${length} bytes, but at most ${MOST} are allowed`);
  if (bytes.length < length) return { kind: 'part' };
  if (command === COMMANDS.local) return { kind: 'whole', length, from: undefined };
  if (command !== COMMANDS.proxy) return wrong(`its command is ${command}, but must be 0 or 1`);
  return proxied(bytes.subarray(FIXED, length), bytes.readUInt8(13), length);
}

function proxied(addresses: Buffer, kind: number, length: number): ProxyHeader {
  const family = kind >> 4;
  if (family === FAMILIES.unspecified) return { kind: 'whole', length, from: undefined };
  const width = family === FAMILIES.ipv4 ? 4 : 16;
  if (family > FAMILIES.ipv6 || (kind & 0xf) !== STREAM) {
    return wrong(`its address family and transport are ${kind}, which is not TCP`);
  }
  if (addresses.length < 2 * width + 4) return wrong(`its addresses have only ${addresses.length} bytes`);
  const host = format(addresses.subarray(0, width));
  return { kind: 'whole', length, from: { host, port: addresses.readUInt16BE(2 * width) } };
}

/** The prefix of an IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2), which is formatted as IPv4. */
const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

function format(address: Buffer): string {
  if (address.length === 4) return address.join('.');
  if (address.subarray(0, MAPPED.length).equals(MAPPED)) return address.subarray(MAPPED.length).join('.');
  const groups = address.toString('hex').match(/..../g) ?? [];
  return new SocketAddress({ family: 'ipv6', address: groups.join(':') }).address;
}

const wrong = (reason: string): ProxyHeader => ({ kind: 'wrong', reason });
