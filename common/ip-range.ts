import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import type { Parser } from './settings.ts';

/** The two kinds of IP, each with tables, rules and a binary of its own. */
export type Family = 'ipv4' | 'ipv6';

/** A range of addresses in the one spelling that `iptables-save` prints: masked, shortest form, prefix length always there. */
export type Cidr = { readonly family: Family; readonly address: string; readonly prefix: number };

const WANTED = 'an IPv4 or IPv6 address, or a range such as 10.0.0.0/8 or fd00::/8';

/** An address or CIDR range; host bits beyond the prefix are cleared, as iptables does. Names and netmasks are refused. */
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

/** Whether every address of `inner` is in `outer`. */
export function covers(outer: Cidr, inner: Cidr): boolean {
  if (outer.family !== inner.family || outer.prefix > inner.prefix) return false;
  const hostBits = BigInt(bitsOf(outer.family) - outer.prefix);
  const network = ({ family, address }: Cidr) => toNumber(family, address) >> hostBits;
  return network(outer) === network(inner);
}

/** The address that is `index` after the first one of the range, which is not checked for an end. */
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
  // The shortest form as the C library writes it, dotted end and all: iptables-save prints that.
  return new SocketAddress({ family, address: parts.map((group) => group.toString(16)).join(':') }).address;
}
