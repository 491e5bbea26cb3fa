import { X509Certificate } from 'node:crypto';
import type { Authority } from './authority.ts';
import type { LedgerEntry } from '../certificate-ledger.ts';
import { missing } from '../rotation/steps.ts';

/** The state of an authority, for `daybreak identity`. Times in ISO 8601, UTC. */
export type AuthorityState = {
  readonly trustDomain: string;
  /** The id of the key that seals the authority's keys; `plain`: they are in the clear. */
  readonly sealedBy: string;
  readonly roots: readonly { readonly fingerprint: string; readonly ends: string }[];
  readonly issuing: { readonly ends: string };
  /** Grows with each change of the roots. */
  readonly generation: number;
  /** The change of the root that is under way; null if there is none. */
  readonly rotation: {
    readonly step: 'distributing' | 'signing';
    readonly since: string;
    readonly missing: number;
  } | null;
};

/** Describes an authority, without its secrets. */
export function describeAuthority(
  authority: Authority,
  sealedBy: string,
  certificates: readonly LedgerEntry[],
): AuthorityState {
  const record = authority.record();
  const { rotation, generation = 0 } = record;
  return {
    trustDomain: authority.trustDomain,
    sealedBy,
    roots: authority.roots().map((der) => {
      const { fingerprint256, validToDate } = new X509Certificate(der);
      return { fingerprint: fingerprint256, ends: validToDate.toISOString() };
    }),
    generation,
    rotation:
      rotation === undefined
        ? null
        : {
            step: rotation.step,
            since: new Date(rotation.since).toISOString(),
            missing: missing(record, certificates).length,
          },
    issuing: { ends: new Date(authority.issuingEnds()).toISOString() },
  };
}
