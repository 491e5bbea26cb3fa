import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import type { Parser } from '../settings.ts';

/** The IP versions. iptables has separate tables, rules and programs for each. */
export type Family = 'ipv4' | 'ipv6';

/** An address range in the canonical form of `iptables-save`: masked, shortest notation, always with a prefix length. */
export type Cidr = { readonly family: Family; readonly address: string; readonly prefix: number };

const WANTED = 'an IPv4 or IPv6 address, or a range such as 10.0.0.0/8 or fd00::/8';

/** Parses an address or CIDR range. Clears host bits, as iptables does. Rejects names and netmasks. */
export const cidr: Parser<Cidr> = (text) => {
  const match = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text);
  const address = match?.[1] ?? '';
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
  if (family === undefined) return { wanted: WANTED };
  const bits = bitsOf(family);
  const prefix = match?.[2] === undefined ? bits : Number(match[2]);
  if (prefix > bits) return { wanted: `${WANTED}, its prefix at most ${bits}` };
  const hostBits = BigInt(bits - prefix);
  return {
    value: { family, address: format(family, (toNumber(family, address) >> hostBits) << hostBits), prefix },
  };
};

/** Returns whether `outer` contains every address of `inner`. */
export function covers(outer: Cidr, inner: Cidr): boolean {
  if (outer.family !== inner.family || outer.prefix > inner.prefix) return false;
  const hostBits = BigInt(bitsOf(outer.family) - outer.prefix);
  const network = ({ family, address }: Cidr) => toNumber(family, address) >> hostBits;
  return network(outer) === network(inner);
}

/** Returns the address at `index` from the start of the range. Does not check the end of the range. */
export function addressAt({ family, address }: Cidr, index: number): string {
  return format(family, toNumber(family, address) + BigInt(index));
}

function bitsOf(family: Family): number {
  return family === 'ipv4' ? 32 : 128;
}

function toNumber(family: Family, address: string): bigint {
  if (family === 'ipv4') return joinBits(address.split('.').map(Number), 8n);
  const [head = '', tail] = withoutDottedEnd(address).split('::');
  const left = groups(head);
  const right = groups(tail ?? '');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0);
  return joinBits([...left, ...zeros, ...right], 16n);
}

function groups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

function withoutDottedEnd(address: string): string {
  const dotted = /\d+\.\d+\.\d+\.\d+$/.exec(address)?.[0];
  if (dotted === undefined) return address;
  const number = toNumber('ipv4', dotted);
  return `${address.slice(0, -dotted.length)}${(number >> 16n).toString(16)}:${(number & 0xffffn).toString(16)}`;
}

function joinBits(parts: readonly number[], width: bigint): bigint {
  return parts.reduce((sum, part) => (sum << width) | BigInt(part), 0n);
}

function format(family: Family, number: bigint): string {
  const width = family === 'ipv4' ? 8 : 16;
  const count = family === 'ipv4' ? 4 : 8;
  const part = (index: number) =>
    (number >> BigInt(width * (count - 1 - index))) & ((1n << BigInt(width)) - 1n);
  const parts = Array.from({ length: count }, (_, index) => part(index));
  if (family === 'ipv4') return parts.join('.');
  // The shortest notation of the C library, including a dotted end, as iptables-save prints it.
  return new SocketAddress({ family, address: parts.map((group) => group.toString(16)).join(':') }).address;
}
