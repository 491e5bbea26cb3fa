import { sameServers } from './chain-addresses.ts';
import type { ListenerNames } from '../contracts/listener-names.ts';
import type { NameAddresses } from './seen-addresses.ts';

/** An address of two names whose filter chains have different servers. Envoy cannot tell the two apart on this port. */
export type SharedAddress = {
  readonly port: string;
  readonly name: string;
  readonly rival: string;
  readonly address: string;
};

/**
 * Returns, for each two names of such chains on a port, the first current address that both have, once for each name. Names are
 * case-insensitive.
 */
export function sharedAddresses(
  ports: ListenerNames,
  addressesOf: (name: string) => NameAddresses | undefined,
): readonly SharedAddress[] {
  return Object.entries(ports).flatMap(([port, chains]) => {
    const all = chains.flatMap((each) =>
      'names' in each ? each.names.map((name) => ({ name, chain: each.chain })) : [],
    );
    const likes = sameServers(chains);
    const first = (chain: string): string => likes.get(chain) ?? chain;
    return all.flatMap(({ name, chain }) => {
      const own = addressesOf(name)?.current ?? [];
      return all.flatMap((other) => {
        if (first(other.chain) === first(chain) || isSame(other.name, name)) return [];
        const theirs = addressesOf(other.name)?.current ?? [];
        const address = own.find((each) => theirs.includes(each));
        return address === undefined ? [] : [{ port, name, rival: other.name, address }];
      });
    });
  });
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
