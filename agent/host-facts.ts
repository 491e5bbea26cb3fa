import { machine, networkInterfaces, release } from 'node:os';

/** Facts about the host for the node's metadata. Addresses are in CIDR notation, by interface. */
export type HostFacts = {
  readonly ipv4: Readonly<Record<string, readonly string[]>>;
  readonly ipv6: Readonly<Record<string, readonly string[]>>;
  /** The processor architecture, e.g. `x86_64`. */
  readonly platform: string;
  readonly kernel: string;
};

/** Returns whether an address belongs to this host: loopback, or an address of an interface. */
export function isLocal(address: string, { ipv4, ipv6 }: Pick<HostFacts, 'ipv4' | 'ipv6'>): boolean {
  if (address === '::1' || address.startsWith('127.')) return true;
  const all = [ipv4, ipv6].flatMap((byInterface) => Object.values(byInterface).flat());
  return all.some((cidr) => cidr.replace(/\/.*/, '') === address);
}

/** Reads the facts from the operating system. Interfaces that are down are left out. */
export function readHostFacts(): HostFacts {
  const byFamily = (wanted: 'IPv4' | 'IPv6') => {
    const entries = Object.entries(networkInterfaces()).map(([name, addresses = []]) => {
      const ofFamily = addresses.filter(({ family }) => family === wanted);
      return [name, ofFamily.map(({ address, cidr }) => cidr ?? address)] as const;
    });
    return Object.fromEntries(entries.filter(([, addresses]) => addresses.length > 0));
  };
  return { ipv4: byFamily('IPv4'), ipv6: byFamily('IPv6'), platform: machine(), kernel: release() };
}
