import { lookup, Resolver } from 'node:dns/promises';

/** An answer of the host's resolver. `ttlMs`: how long it may be kept, where DNS says so. */
export type HostAnswer = { readonly addresses: readonly string[]; readonly ttlMs: number | undefined };

/** How long DNS is asked for a TTL: 1 s a question, 2 tries, as Envoy is told to. */
const TTL_QUESTION = { timeout: 1000, tries: 2 };

/**
 * The addresses of a name as any program of this host gets them, by getaddrinfo(3): the hosts file, search domains and
 * nsswitch.conf count. getaddrinfo knows no TTL, so DNS is asked for it beside; a name that only the host knows has none.
 * Its limit is the resolver's own (resolv.conf(5): `timeout` and `attempts`).
 * @throws Error as getaddrinfo fails, e.g. with the code ENOTFOUND
 */
export async function askHost(name: string): Promise<HostAnswer> {
  const [found, ttls] = await Promise.all([lookup(name, { all: true }), ttlsOf(name)]);
  // An address with a zone (fe80::1%eth0) means something on one interface only.
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
