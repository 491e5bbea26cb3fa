import { errorText } from '../../common/error-text.ts';
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** A certificate with its chain, and the matching key, both PEM, and its validity, in milliseconds since 1970. */
export type ServerCertificate = {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly notBefore: number;
  readonly notAfter: number;
};

/** The files of a server's certificate are invalid. The exit code is 1. */
export class CertificateError extends Error {
  readonly exitCode = 1;
}

/**
 * Parses a certificate and its key. It does not check the validity: clients do, by their own clocks.
 * @param files their names in messages
 * @throws CertificateError
 */
export function readServerCertificate(
  files: { readonly cert: string; readonly key: string },
  cert: Buffer,
  key: Buffer,
): ServerCertificate {
  const parsed = parse(files.cert, cert);
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new CertificateError(
      `${files.key} is not an unencrypted private key for the certificate in ${files.cert}: ${errorText(error)}`,
      { cause: error },
    );
  }
  return { cert, key, notBefore: parsed.validFromDate.getTime(), notAfter: parsed.validToDate.getTime() };
}

function parse(file: string, cert: Buffer): X509Certificate {
  try {
    return new X509Certificate(cert);
  } catch (error) {
    throw new CertificateError(`${file} has no certificate in PEM form: ${errorText(error)}`, {
      cause: error,
    });
  }
}
