import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Parser } from '../settings.ts';

/** Where to listen or connect. `port` 0 selects any free port. */
export type HostPort = { readonly host: string; readonly port: number };

/** Parses `HOST:PORT`. An IPv6 address is in brackets: `[::1]:8080`. */
export const hostPort: Parser<HostPort> = (value) => {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]/\s]+)):(\d{1,5})$/.exec(value) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65_535 || (bracketed !== undefined && !isIPv6(bracketed))) {
    return { wanted: 'HOST:PORT, e.g. 127.0.0.1:8080 or [::1]:8080, with a port up to 65535' };
  }
  return { value: { host, port } };
};

/** Formats a value so that `hostPort` parses it. */
export function formatHostPort({ host, port }: HostPort): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Returns whether only this machine can reach the host. The only name that counts is `localhost`. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  return family === 0 ? host === 'localhost' : loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
