import { fault, type TemplateFunction } from '../stack.ts';
import { combine, show, textOf } from '../value.ts';

/** `Fn::Cidr`: the first blocks of an IPv4 or IPv6 network. The third argument is the host bits of a block, default 8. */
export const cidr: TemplateFunction = (stack, argument, path) => {
  const items = Array.isArray(argument) ? (argument as unknown[]) : [];
  const values = items.map((each, index) => stack.evaluate(each, [...path, index]));
  return combine(values, () => {
    const [network, count, bits = '8'] = values.map(textOf);
    const blocks = items.length < 2 ? undefined : blocksOf(network ?? '', Number(count), Number(bits));
    return (
      blocks ??
      fault(
        stack,
        path,
        `Fn::Cidr takes a network, a count of blocks that fit into it, and host bits; got ${show(values)}`,
      )
    );
  });
};

/** CloudFormation's limit of blocks. */
const MOST_BLOCKS = 256;

function blocksOf(network: string, count: number, bits: number): readonly string[] | undefined {
  const [address = '', length = ''] = network.split('/');
  const width = address.includes(':') ? 128 : 32;
  const first = width === 32 ? ipv4(address) : ipv6(address);
  const free = width - bits - Number(length);
  const fits = Number.isInteger(count) && count >= 1 && count <= Math.min(MOST_BLOCKS, 2 ** free);
  if (
    first === undefined ||
    !/^\d+$/.test(length) ||
    !Number.isInteger(bits) ||
    bits < 1 ||
    free < 0 ||
    !fits
  )
    return undefined;
  const base = (first >> BigInt(width - Number(length))) << BigInt(width - Number(length));
  return Array.from({ length: count }, (_, index) => {
    const start = base + (BigInt(index) << BigInt(bits));
    return `${width === 32 ? dotted(start) : colons(start)}/${width - bits}`;
  });
}

function ipv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255))
    return undefined;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function ipv6(text: string): bigint | undefined {
  const [head = '', tail] = text.split('::');
  const [before, after] = [head, tail ?? ''].map((half) => (half === '' ? [] : half.split(':'))) as [
    string[],
    string[],
  ];
  const missing = 8 - before.length - after.length;
  const groups = [
    ...before,
    ...Array.from({ length: tail === undefined ? 0 : Math.max(missing, 0) }, () => '0'),
    ...after,
  ];
  if (groups.length !== 8 || groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

function dotted(address: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.');
}

function colons(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  return groups.join(':').replace(/(?:^|:)0(?::0)+$/, '::');
}
