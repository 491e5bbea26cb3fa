import type { X509Certificate } from 'node:crypto';
import { isIssuedBy } from '../../../common/is-issued-by.ts';

/** The certificates of an authority that leaves are verified against. */
export type Trust = {
  readonly trustDomain: string;
  /** The roots that are trusted now. */
  readonly roots: () => readonly X509Certificate[];
  /** The intermediates that issued leaves which may still be valid. */
  readonly issuers: () => readonly X509Certificate[];
  /** Why a certificate, by its serial number in lower case, is no longer good. Default: it is. */
  readonly faultOf?: (serial: string) => string | undefined;
};

/**
 * Returns the root above a leaf, if an intermediate of the authority issued the leaf, and all signatures and dates up to the root are
 * right; else undefined. TLS has shown that the client has the key of the leaf, and nothing else.
 * @param now milliseconds since 1970
 */
export function rootAbove(
  leaf: X509Certificate,
  { roots, issuers }: Trust,
  now: number,
): X509Certificate | undefined {
  if (leaf.ca || !isCurrent(leaf, now)) return undefined;
  const issuer = issuers().find((each) => isCurrent(each, now) && isIssuedBy(leaf, each));
  return issuer && roots().find((each) => isCurrent(each, now) && isBelow(issuer, each));
}

/** Whether a root signed an intermediate. Verified once for each pair: on P-384, it costs several times as much as all else of a stream. */
function isBelow(issuer: X509Certificate, root: X509Certificate): boolean {
  const known = verified.get(issuer) ?? new WeakMap<X509Certificate, boolean>();
  verified.set(issuer, known);
  const isSigned = known.get(root) ?? isIssuedBy(issuer, root);
  known.set(root, isSigned);
  return isSigned;
}

const verified = new WeakMap<X509Certificate, WeakMap<X509Certificate, boolean>>();

/** Returns the alternative names of one type, from a certificate's list of names as Node writes it. */
export function alternativeNames(
  { subjectAltName = '' }: { readonly subjectAltName?: string | undefined },
  wanted: 'URI' | 'DNS',
): readonly string[] {
  // Node writes a name that could be taken for several as a JSON string (CVE-2021-44532).
  return Array.from(subjectAltName.matchAll(/([^:,\s]+):("(?:[^"\\]|\\.)*"|[^,]*)/g)).flatMap(
    ([, type = '', name = '']) =>
      type === wanted ? [name.startsWith('"') ? String(JSON.parse(name)) : name.trim()] : [],
  );
}

/** Whether a moment is within the dates of a certificate. */
export function isCurrent({ validFromDate, validToDate }: X509Certificate, now: number): boolean {
  return validFromDate.getTime() <= now && now < validToDate.getTime();
}
