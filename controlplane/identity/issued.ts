import { meshAccess, type Principal } from '../auth/principal.ts';
import type { Authority } from './authority/authority.ts';
import type { LedgerEntry } from './certificate-ledger.ts';
import { meshOf } from './node-mesh.ts';
import type { Standing } from './standing.ts';

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
  /** The kind of binding of the principal to the node. Empty: the proof itself is one, or it is not known. */
  readonly boundBy: 'NodeIdentity' | 'IAM policy' | '';
  readonly from: string;
  /** `current`; `old`: a rotation waits for its renewal; else why it is no longer good. */
  readonly state: string;
};

/** The certificates of proxies that the caller may see, sorted by node, the latest end first. */
export function issuedEntries(
  faultOf: Standing,
  authority: Authority,
  entries: readonly LedgerEntry[],
  caller: Principal,
): readonly IssuedEntry[] {
  const { generation = 0 } = authority.record();
  return entries
    .filter(({ owner, node }) => meshAccess(caller, { owner, mesh: meshOf(node) }) !== 'none')
    .map((entry) => {
      const { node, owner, spiffeId, serial, ends, from, proof } = entry;
      const fault = faultOf(entry);
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
        boundBy: boundBy(proof),
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

function boundBy(proof: LedgerEntry['proof']): IssuedEntry['boundBy'] {
  if (proof === undefined || proof.method === 'join token') return '';
  return proof.method !== 'x509' && proof.boundBy === 'iam policy' ? 'IAM policy' : 'NodeIdentity';
}
