import type { NamedChain } from '../contracts/listener-names.ts';
import type { NameAddresses } from './seen-addresses.ts';

/** The destination addresses whose connections one filter chain takes, sorted; never none. */
export type ChainAddresses = { readonly chain: string; readonly addresses: readonly string[] };

/**
 * Shares the addresses of names out among the filter chains of one port. An address that one chain's names have in their
 * newest answers is that chain's, even if another chain's names had it formerly. An address of two chains that lead to the same
 * servers is the first one's; of any other two it is the ambiguous chain's, or nobody's where there is none: a connection to it
 * must not reach the wrong server.
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
  const likes = likeness(chains);
  const ambiguous = chains.find((each) => 'ambiguous' in each)?.chain;
  const shares = new Map<string, string[]>();
  for (const [address, { current, former }] of claims) {
    const chain = winner(current.size > 0 ? current : former, likes) ?? ambiguous;
    if (chain === undefined) continue;
    const addresses = shares.get(chain) ?? [];
    addresses.push(address);
    shares.set(chain, addresses);
  }
  // The ambiguous chain may be one that has names too.
  return [...new Set(chains.map(({ chain }) => chain))].flatMap((chain) => {
    const addresses = shares.get(chain);
    return addresses === undefined ? [] : [{ chain, addresses: addresses.toSorted() }];
  });
}

/** The chains that want an address, by the age of the answers that had it. */
type Claims = { readonly current: Set<string>; readonly former: Set<string> };

function claimsOf(claims: Map<string, Claims>, address: string): Claims {
  let own = claims.get(address);
  if (own === undefined) claims.set(address, (own = { current: new Set(), former: new Set() }));
  return own;
}

/** Of each chain that leads to the same servers as an earlier one, that one. */
export function likeness(chains: readonly NamedChain[]): ReadonlyMap<string, string> {
  return new Map(
    chains.flatMap((each) => ('names' in each && each.like !== undefined ? [[each.chain, each.like]] : [])),
  );
}

function winner(chains: ReadonlySet<string>, likes: ReadonlyMap<string, string>): string | undefined {
  if (chains.size === 1) return [...chains][0];
  const firsts = new Set([...chains].map((chain) => likes.get(chain) ?? chain));
  return firsts.size === 1 ? [...firsts][0] : undefined;
}
