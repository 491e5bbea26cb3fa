import { isIPv4 } from 'node:net';

/** Deviations from the usual header. `kind`: family and transport; `more`: bytes after the addresses. */
type HeaderOptions = { readonly kind?: number; readonly more?: Uint8Array };

/** Returns a PROXY protocol version 2 header for a client at an IPv4 address, or without `host` for the balancer itself. */
export function proxyHeader(
  host: string | undefined,
  port = 0,
  { kind = 0x11, more = new Uint8Array() }: HeaderOptions = {},
): Buffer {
  const addresses = host === undefined ? Buffer.alloc(0) : ipv4Addresses(host, port);
  const head = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex');
  if (host !== undefined) head.writeUInt16BE((0x21 << 8) | kind, 12);
  head.writeUInt16BE(addresses.length + more.length, 14);
  return Buffer.concat([head, addresses, more]);
}

function ipv4Addresses(host: string, port: number): Buffer {
  if (!isIPv4(host)) throw new Error(`${host} is no IPv4 address`);
  const bytes = Buffer.alloc(12);
  for (const [index, part] of host.split('.').entries()) bytes.writeUInt8(Number(part), index);
  bytes.writeUInt32BE(0x7f_00_00_01, 4);
  bytes.writeUInt16BE(port, 8);
  return bytes;
}
