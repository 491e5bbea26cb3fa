import { parseNodePattern, type NodePattern } from './node-pattern.ts';

/** What is looked at of a client's certificate, in the form of node's `PeerCertificate`. */
export type CertificateNames = {
  readonly subject?: { readonly CN?: string | readonly string[] } | undefined;
  /** `URI:spiffe://…, DNS:…`; names with commas or quotes stand as JSON texts. */
  readonly subjectaltname?: string | undefined;
};

const SPIFFE = /^spiffe:\/\/[^/]+\/(mesh\/.+)$/;

/**
 * Which nodes the holder of a certificate may be: those that its URI names say, `spiffe://DOMAIN/mesh/M/virtualNode/N` or an
 * ARN; where none does, those that its common name says. Wildcards count as in tokens. Empty: it is no proxy's certificate.
 */
export function nodesOfCertificate({ subject, subjectaltname }: CertificateNames): readonly NodePattern[] {
  const uris = alternativeNames(subjectaltname ?? '').flatMap(([type, name]) =>
    type === 'URI' ? patternOf(name) : [],
  );
  if (uris.length > 0) return uris;
  return [subject?.CN ?? []].flat().flatMap(patternOf);
}

function patternOf(name: string): readonly NodePattern[] {
  const pattern = parseNodePattern(SPIFFE.exec(name)?.[1] ?? name);
  // A bare `*` is no name of a proxy, and common in certificates of other purposes.
  return pattern === undefined || name === '*' ? [] : [pattern];
}

// Node separates names by commas, and writes a name that could be taken for several as a JSON text (CVE-2021-44532).
function alternativeNames(text: string): readonly (readonly [type: string, name: string])[] {
  return Array.from(text.matchAll(/([^:,\s]+):("(?:[^"\\]|\\.)*"|[^,]*)/g), ([, type = '', name = '']) => [
    type,
    name.startsWith('"') ? String(JSON.parse(name)) : name.trim(),
  ]);
}
