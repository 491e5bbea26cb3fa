import { machine, networkInterfaces, release } from 'node:os';

/** What the node's metadata says of the host. Addresses are CIDR, by interface. */
export type HostFacts = {
  readonly ipv4: Readonly<Record<string, readonly string[]>>;
  readonly ipv6: Readonly<Record<string, readonly string[]>>;
  /** The processor, e.g. `x86_64`. */
  readonly platform: string;
  readonly kernel: string;
};

/** Whether an address is one of this host: of loopback, or of an interface. */
export function isLocal(address: string, { ipv4, ipv6 }: Pick<HostFacts, 'ipv4' | 'ipv6'>): boolean {
  if (address === '::1' || address.startsWith('127.')) return true;
  const all = [ipv4, ipv6].flatMap((byInterface) => Object.values(byInterface).flat());
  return all.some((cidr) => cidr.replace(/\/.*/, '') === address);
}

/** Looks at the host. Interfaces that are down are not seen. */
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
