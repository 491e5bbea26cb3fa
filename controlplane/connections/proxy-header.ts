import { SocketAddress } from 'node:net';
import type { HostPort } from '../../common/host-port.ts';

/**
 * What bytes that a balancer sent first are: a part of a header; a whole one of so many bytes, with the address that the connection
 * really comes from, or without, where it is the balancer's own; or no header, and why not.
 */
export type ProxyHeader =
  | { readonly kind: 'part' }
  | { readonly kind: 'whole'; readonly length: number; readonly from: HostPort | undefined }
  | { readonly kind: 'wrong'; readonly reason: string };

/** The PROXY protocol, section 2.2. Neither TLS nor HTTP begins so. */
const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
/** The signature, version and command, family and transport, and the length of the rest. */
const FIXED = SIGNATURE.length + 4;
/** The longest header that is taken, in bytes. Addresses are 36; what balancers add to them is some hundred. */
const MOST = 4096;

const VERSION = 2;
const COMMANDS = { local: 0, proxy: 1 } as const;
const FAMILIES = { unspecified: 0, ipv4: 1, ipv6: 2 } as const;
const STREAM = 1;

/** Reads version 2 of the PROXY protocol. Of what stands behind the addresses (TLVs) nothing is read. */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  const begun = Math.min(bytes.length, SIGNATURE.length);
  if (bytes.compare(SIGNATURE, 0, begun, 0, begun) !== 0) {
    return wrong('it does not begin with the signature of PROXY protocol version 2');
  }
  if (bytes.length < FIXED) return { kind: 'part' };
  const command = bytes.readUInt8(12) & 0xf;
  const version = bytes.readUInt8(12) >> 4;
  if (version !== VERSION) return wrong(`its version is ${version}, and has to be ${VERSION}`);
  const rest = bytes.readUInt16BE(14);
  const length = FIXED + rest;
  if (length > MOST) return wrong(`it has ${length} bytes, and ${MOST} at most are taken`);
  if (bytes.length < length) return { kind: 'part' };
  if (command === COMMANDS.local) return { kind: 'whole', length, from: undefined };
  if (command !== COMMANDS.proxy) return wrong(`its command is ${command}, and has to be 0 or 1`);
  return proxied(bytes.subarray(FIXED, length), bytes.readUInt8(13), length);
}

function proxied(addresses: Buffer, kind: number, length: number): ProxyHeader {
  const family = kind >> 4;
  if (family === FAMILIES.unspecified) return { kind: 'whole', length, from: undefined };
  const width = family === FAMILIES.ipv4 ? 4 : 16;
  if (family > FAMILIES.ipv6 || (kind & 0xf) !== STREAM) {
    return wrong(`it is of a connection of the kind ${kind}, and not of TCP`);
  }
  if (addresses.length < 2 * width + 4) return wrong(`its addresses have only ${addresses.length} bytes`);
  const host = format(addresses.subarray(0, width));
  return { kind: 'whole', length, from: { host, port: addresses.readUInt16BE(2 * width) } };
}

/** IPv4 in an IPv6 address (RFC 4291, 2.5.5.2) is IPv4. */
const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

function format(address: Buffer): string {
  if (address.length === 4) return address.join('.');
  if (address.subarray(0, MAPPED.length).equals(MAPPED)) return address.subarray(MAPPED.length).join('.');
  const groups = address.toString('hex').match(/..../g) ?? [];
  return new SocketAddress({ family: 'ipv6', address: groups.join(':') }).address;
}

const wrong = (reason: string): ProxyHeader => ({ kind: 'wrong', reason });
