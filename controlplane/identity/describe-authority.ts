import { X509Certificate } from 'node:crypto';
import type { Authority } from './authority.ts';

/** The state of an authority, for `daybreak identity`. Times in ISO 8601, UTC. */
export type AuthorityState = {
  readonly trustDomain: string;
  /** The id of the key that seals the authority's keys; `plain`: they are in the clear. */
  readonly sealedBy: string;
  readonly roots: readonly { readonly fingerprint: string; readonly ends: string }[];
  readonly issuing: { readonly ends: string };
};

/** Describes an authority, without its secrets. */
export function describeAuthority(authority: Authority, sealedBy: string): AuthorityState {
  return {
    trustDomain: authority.trustDomain,
    sealedBy,
    roots: authority.roots().map((der) => {
      const { fingerprint256, validToDate } = new X509Certificate(der);
      return { fingerprint: fingerprint256, ends: validToDate.toISOString() };
    }),
    issuing: { ends: new Date(authority.issuingEnds()).toISOString() },
  };
}
