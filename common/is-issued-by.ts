import type { X509Certificate } from 'node:crypto';

/** Whether an issuer signed a certificate, and both name each other. Dates are not checked. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
