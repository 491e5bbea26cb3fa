import { lookup, Resolver } from 'node:dns/promises';

/** An answer of the host's resolver. `ttlMs`: its TTL in milliseconds, if DNS has one. */
export type HostAnswer = { readonly addresses: readonly string[]; readonly ttlMs: number | undefined };

/** Limits of the DNS query for a TTL: 1 s per try, 2 tries, as in Envoy's configuration. */
const TTL_QUESTION = { timeout: 1000, tries: 2 };

/**
 * Resolves a name as any program of this host does, by getaddrinfo(3), which uses the hosts file, search domains and nsswitch.conf.
 * getaddrinfo has no TTL, so a DNS query runs in parallel; a name that only the host knows has no TTL. The time limit is the resolver's
 * own (resolv.conf(5): `timeout` and `attempts`).
 * @throws Error of getaddrinfo, e.g. with the code ENOTFOUND
 */
export async function askHost(name: string): Promise<HostAnswer> {
  const [found, ttls] = await Promise.all([lookup(name, { all: true }), ttlsOf(name)]);
  // An address with a zone (fe80::1%eth0) is valid only on one interface.
  const addresses = found.map(({ address }) => address).filter((address) => !address.includes('%'));
  const known = addresses.flatMap((address) => ttls.get(address) ?? []);
  return { addresses, ttlMs: known.length === 0 ? undefined : 1000 * Math.min(...known) };
}

async function ttlsOf(name: string): Promise<ReadonlyMap<string, number>> {
  const resolver = new Resolver(TTL_QUESTION);
  const answers = await Promise.allSettled([
    resolver.resolve4(name, { ttl: true }),
    resolver.resolve6(name, { ttl: true }),
  ]);
  const records = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  return new Map(records.map(({ address, ttl }) => [address, ttl]));
}
