import { X509Certificate } from 'node:crypto';
import type { Authority } from './authority.ts';
import type { LedgerEntry } from '../certificate-ledger.ts';
import { bytesOf } from '../seal/sealed-signers.ts';
import { missing } from '../rotation/steps.ts';

/** The state of an authority, for `daybreak identity`. Times in ISO 8601, UTC. */
export type AuthorityState = {
  readonly trustDomain: string;
  /** The id of the key that seals the authority's keys; `plain`: they are in the clear. */
  readonly sealedBy: string;
  /** `privateCa`: the ARN of the authority of AWS Private CA; undefined if the key is our own. */
  readonly roots: readonly {
    readonly fingerprint: string;
    readonly ends: string;
    readonly privateCa?: string;
  }[];
  readonly issuing: { readonly ends: string };
  /** Until when certificates may be in use that are not in the list, because a backup was restored; null if there are none. A rotation waits for it. */
  readonly unknownUntil: string | null;
  /** Grows with each change of the roots. */
  readonly generation: number;
  /** The change of the root that is under way; null if there is none. */
  readonly rotation: {
    readonly step: 'distributing' | 'signing';
    readonly since: string;
    readonly missing: number;
  } | null;
};

/** Describes an authority, without its secrets. `now`: milliseconds since 1970. */
export function describeAuthority(
  authority: Pick<Authority, 'record' | 'trustDomain' | 'issuingEnds'>,
  sealedBy: string,
  certificates: readonly LedgerEntry[],
  now: number = Date.now(),
): AuthorityState {
  const record = authority.record();
  const { rotation, generation = 0, unknownUntil = 0 } = record;
  return {
    trustDomain: authority.trustDomain,
    sealedBy,
    roots: record.roots.map(({ certificate, privateCa }) => {
      const { fingerprint256, validToDate } = new X509Certificate(bytesOf(certificate));
      return {
        fingerprint: fingerprint256,
        ends: validToDate.toISOString(),
        ...(privateCa === undefined ? {} : { privateCa }),
      };
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
    unknownUntil: now < unknownUntil ? new Date(unknownUntil).toISOString() : null,
  };
}
