import { meshAccess, type Principal } from '../auth/principal.ts';
import type { Model } from '../mesh/model.ts';
import type { Authority } from './authority/authority.ts';
import type { LedgerEntry } from './certificate-ledger.ts';
import { meshOf } from './node-mesh.ts';
import { faultOf } from './standing.ts';

/** A certificate, for `daybreak identity`. Times in milliseconds since 1970. */
export type IssuedEntry = {
  readonly node: string;
  readonly owner: string;
  readonly spiffeId: string;
  readonly serial: string;
  readonly ends: number;
  /** The principal of the first proof. */
  readonly principal: string;
  readonly method: string;
  readonly from: string;
  /** `current`; `old`: a rotation waits for its renewal; else why it is no longer good. */
  readonly state: string;
};

/** The certificates of proxies that the caller may see, sorted by node, the latest end first. */
export function issuedEntries(
  model: Model,
  authority: Authority,
  entries: readonly LedgerEntry[],
  caller: Principal,
): readonly IssuedEntry[] {
  const { generation = 0 } = authority.record();
  return entries
    .filter(({ owner, node }) => meshAccess(caller, { owner, mesh: meshOf(node) }) !== 'none')
    .map((entry) => {
      const { node, owner, spiffeId, serial, ends, from, proof } = entry;
      const fault = faultOf(model, entry, authority.trustDomain);
      const state = fault ?? (entry.generation < generation ? 'old' : 'current');
      return {
        node,
        owner,
        spiffeId,
        serial,
        ends,
        from,
        state,
        method: proof?.method ?? '',
        principal: principalOf(proof),
      };
    })
    .toSorted((a, b) => (a.node < b.node ? -1 : a.node > b.node ? 1 : b.ends - a.ends));
}

function principalOf(proof: LedgerEntry['proof']): string {
  if (proof === undefined) return 'not known';
  if (proof.method === 'join token') return 'a join token';
  return proof.method === 'x509' ? [...proof.uris, ...proof.dns].join(', ') : proof.arn;
}
