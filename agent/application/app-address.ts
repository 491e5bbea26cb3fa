import { isIP } from 'node:net';
import { isAppAddress } from '../../common/contracts/app-address.ts';
import type { Parser } from '../../common/settings.ts';
import { noAddressOnInterface } from '../errors.ts';
import type { HostFacts } from '../host-facts.ts';

/** Parses where the application listens: an IP address, or a network interface of the host (at most 15 characters: netdevice(7)). */
export const appAddress: Parser<string> = (value) => {
  const isInterface = isIP(value.replace(/%.*/, '')) === 0 && /^[^\s/:]{1,15}$/.test(value);
  return isInterface || isAppAddress(value)
    ? { value }
    : { wanted: 'an IP address other than a wildcard, or the name of a network interface' };
};

/**
 * Resolves the setting to an address. An interface stands for its first address, IPv4 before IPv6. Naming an interface helps on ECS,
 * where a task's address is not known in advance.
 * @throws AgentError if the host has no such interface, or the interface has no address
 */
export function resolveAppAddress(
  setting: string | undefined,
  { ipv4, ipv6 }: Pick<HostFacts, 'ipv4' | 'ipv6'>,
): string | undefined {
  if (setting === undefined || isIP(setting) !== 0) return setting;
  const all = [...(ipv4[setting] ?? []), ...(ipv6[setting] ?? [])].map((cidr) => cidr.replace(/\/.*/, ''));
  const usable = all.find((address) => isAppAddress(address) && !isLinkLocal(address));
  if (usable !== undefined) return usable;
  throw noAddressOnInterface(setting, [...new Set([...Object.keys(ipv4), ...Object.keys(ipv6)])]);
}

/** A link-local IPv6 address is ambiguous without its interface. */
function isLinkLocal(address: string): boolean {
  return /^fe[89ab]/i.test(address);
}
