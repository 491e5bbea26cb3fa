import { networkInterfaces } from 'node:os';
import { addressAt, cidr, type Family } from '../../common/addresses/ip-range.ts';

/** Returns an address of each of this host's networks that is not the host's own: the first one, or else the second. */
export function neighbours(family: Family): readonly string[] {
  const wanted = family === 'ipv4' ? 'IPv4' : 'IPv6';
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((one) => one.family === wanted && !one.internal && !one.address.startsWith('fe80'))
    .flatMap((one) => {
      const network = cidr(one.cidr ?? '');
      if ('wanted' in network) return [];
      return [addressAt(network.value, 1), addressAt(network.value, 2)].filter(
        (address) => address !== one.address,
      );
    });
}
