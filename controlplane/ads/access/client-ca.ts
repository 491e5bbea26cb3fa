import { errorText } from '../../../common/error-text.ts';
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { CertificateError } from '../../tls/server-certificate.ts';

/** The authorities whose client certificates are accepted. */
export type ClientCa = { readonly pem: Buffer; readonly certificates: readonly X509Certificate[] };

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads one or more certificates of authorities, in PEM.
 * @throws CertificateError
 */
export function readClientCa(file: string, pem: Buffer): ClientCa {
  try {
    const certificates = Array.from(
      pem.toString().matchAll(CERTIFICATE),
      ([text]) => new X509Certificate(text),
    );
    if (certificates.length === 0) throw new Error('there is none');
    createSecureContext({ ca: pem });
    return { pem, certificates };
  } catch (error) {
    const reason = errorText(error);
    throw new CertificateError(`${file} has no certificates of authorities in PEM form: ${reason}`, {
      cause: error,
    });
  }
}

/** Whether one of the authorities issued the certificate directly. A certificate below an intermediate is not recognized. */
export function isIssuedBy({ certificates }: ClientCa, certificate: X509Certificate): boolean {
  return certificates.some((ca) => certificate.checkIssued(ca) && certificate.verify(ca.publicKey));
}
