import { alternativeNames } from '../../identity/authority/chain.ts';
import { parseNodePattern, type NodePattern } from './node-pattern.ts';

/** The names in a client certificate, in the form of Node's `PeerCertificate`. */
export type CertificateNames = {
  readonly subject?: { readonly CN?: string | readonly string[] } | undefined;
  /** `URI:spiffe://…, DNS:…`; names with commas or quotes are JSON strings. */
  readonly subjectaltname?: string | undefined;
};

const SPIFFE = /^spiffe:\/\/[^/]+\/(mesh\/.+)$/;

/**
 * Returns the nodes that the holder of a certificate may be: those of its URI names, `spiffe://DOMAIN/mesh/M/virtualNode/N` or
 * an ARN; if no URI name is such a name, those of its common name. Wildcards work as in tokens. Empty: the certificate is not
 * for a proxy.
 */
export function nodesOfCertificate({ subject, subjectaltname }: CertificateNames): readonly NodePattern[] {
  const uris = alternativeNames({ subjectAltName: subjectaltname }, 'URI').flatMap(patternOf);
  if (uris.length > 0) return uris;
  return [subject?.CN ?? []].flat().flatMap(patternOf);
}

function patternOf(name: string): readonly NodePattern[] {
  const pattern = parseNodePattern(SPIFFE.exec(name)?.[1] ?? name);
  // A bare `*` does not name a proxy, and is common in certificates for other purposes.
  return pattern === undefined || name === '*' ? [] : [pattern];
}
