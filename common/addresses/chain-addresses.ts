import type { NamedChain } from '../contracts/listener-names.ts';
import type { NameAddresses } from './seen-addresses.ts';

/** Destination addresses of one filter chain, sorted, at least one. */
export type ChainAddresses = { readonly chain: string; readonly addresses: readonly string[] };

/**
 * Assigns the addresses of names to the filter chains of one port. A current address of one chain belongs to that chain, even if another
 * chain had it formerly. An address of two chains with the same servers belongs to the first chain. An address of any other two chains
 * belongs to the ambiguous chain, or to none if there is no such chain: a connection must not reach the wrong server.
 */
export function chainAddresses(
  chains: readonly NamedChain[],
  addressesOf: (name: string) => NameAddresses | undefined,
): readonly ChainAddresses[] {
  const claims = new Map<string, Claims>();
  for (const { chain, names } of chains.flatMap((each) => ('names' in each ? [each] : []))) {
    for (const known of names.flatMap((name) => addressesOf(name) ?? [])) {
      for (const address of known.current) claimsOf(claims, address).current.add(chain);
      for (const address of known.former) claimsOf(claims, address).former.add(chain);
    }
  }
  const likes = sameServers(chains);
  const ambiguous = chains.find((each) => 'ambiguous' in each)?.chain;
  const shares = new Map<string, string[]>();
  for (const [address, { current, former }] of claims) {
    const chain = winner(current.size > 0 ? current : former, likes) ?? ambiguous;
    if (chain === undefined) continue;
    const addresses = shares.get(chain) ?? [];
    addresses.push(address);
    shares.set(chain, addresses);
  }
  // The ambiguous chain may also have names.
  return [...new Set(chains.map(({ chain }) => chain))].flatMap((chain) => {
    const addresses = shares.get(chain);
    return addresses === undefined ? [] : [{ chain, addresses: addresses.toSorted() }];
  });
}

/** Chains with an address, in current answers and in former ones. */
type Claims = { readonly current: Set<string>; readonly former: Set<string> };

function claimsOf(claims: Map<string, Claims>, address: string): Claims {
  let own = claims.get(address);
  if (own === undefined) claims.set(address, (own = { current: new Set(), former: new Set() }));
  return own;
}

/** Maps each chain with the same servers as an earlier chain to that earlier chain. */
export function sameServers(chains: readonly NamedChain[]): ReadonlyMap<string, string> {
  return new Map(
    chains.flatMap((each) => ('names' in each && each.like !== undefined ? [[each.chain, each.like]] : [])),
  );
}

function winner(chains: ReadonlySet<string>, likes: ReadonlyMap<string, string>): string | undefined {
  if (chains.size === 1) return [...chains][0];
  const firsts = new Set([...chains].map((chain) => likes.get(chain) ?? chain));
  return firsts.size === 1 ? [...firsts][0] : undefined;
}
