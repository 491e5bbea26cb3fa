import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import type { Family } from '../../common/addresses/ip-range.ts';
import { matchesInterface } from '../settings/interface-name.ts';
import type { OutProbe, Untried } from './probes.ts';

/**
 * Returns the probe without the addresses that are routed over ignored interfaces, or the reason why no address is left. Addresses
 * without a route stay, and fail when the probe is sent.
 */
export async function byTheRules(probe: OutProbe, ignored: readonly string[]): Promise<OutProbe | Untried> {
  if (ignored.length === 0) return probe;
  const ways = await Promise.all(probe.addresses.map((address) => interfaceTowards(address, probe.family)));
  const left = (way: string | undefined) => {
    return way !== undefined && ignored.some((pattern) => matchesInterface(pattern, way));
  };
  const addresses = probe.addresses.filter((_, index) => !left(ways[index]));
  if (addresses.length > 0) return { ...probe, addresses };
  const { family, what } = probe;
  const names = [...new Set(ways)].join(' and ');
  return {
    family,
    what,
    because: `${probe.addresses.join(' and ')} are reached by ${names}, which the settings exempt`,
  };
}

/** Returns the interface that the kernel routes over. A connected UDP socket shows its address without sending anything. */
async function interfaceTowards(address: string, family: Family): Promise<string | undefined> {
  const socket = createSocket(family === 'ipv4' ? 'udp4' : 'udp6');
  try {
    socket.connect(9, address);
    await once(socket, 'connect');
    const own = socket.address().address;
    const all = Object.entries(networkInterfaces());
    return all.find(([, addresses]) => addresses?.some((one) => one.address === own))?.[0];
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}
