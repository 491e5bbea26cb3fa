import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import type { Validity } from '../../../common/certificate-validity.ts';
import type { Certificate } from '../../translate/external-inputs.ts';
import { unusable } from '../errors.ts';

/** PEM texts, and the passphrase of an encrypted key. `where`: a file or a service, for errors. */
export type CertificateParts = {
  /** The leaf, then the authorities above it, up to the one that callers trust. */
  readonly chain: string;
  readonly privateKey: string;
  readonly passphrase?: string;
  readonly where: string;
};

/**
 * Returns a certificate that can be served: its key belongs to it, and is no longer encrypted. Callers trust the last
 * certificate of its chain.
 * @throws DiscoveryError that names the problem, never with the key
 */
export function makeCertificate({ chain, privateKey, passphrase, where }: CertificateParts): Certificate {
  const certificates = readCertificates(chain, where);
  const key = readKey(privateKey, passphrase, where);
  const [leaf] = certificates;
  if (leaf === undefined || !leaf.checkPrivateKey(key)) {
    throw unusable(where, 'the private key does not belong to the first certificate');
  }
  certificates.slice(1).forEach((issuer, index) => {
    const issued = certificates[index];
    if (issued !== undefined && !issued.checkIssued(issuer)) {
      const what = `certificate ${index + 2} is not the issuer of the one before it: ${issuer.subject.replaceAll('\n', ', ')}`;
      throw unusable(where, what);
    }
  });
  const pem = certificates.map(String);
  return {
    chain: pem.join(''),
    privateKey: String(key.export({ type: 'pkcs8', format: 'pem' })),
    authority: pem.at(-1) ?? '',
  };
}

/** Returns the validity dates of the first certificate in a PEM text. */
export function validityOf(pem: string): Validity {
  const { validFromDate, validToDate } = new X509Certificate(pem);
  return { notBefore: validFromDate.getTime(), notAfter: validToDate.getTime() };
}

/** Returns the certificate of an authority, the first in a PEM text. @throws DiscoveryError if it is not one */
export function readAuthority(pem: string, where: string): string {
  const [authority] = readCertificates(pem, where);
  if (authority?.ca !== true) throw unusable(where, 'the first certificate is not that of an authority');
  return String(authority);
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function readCertificates(pem: string, where: string): readonly X509Certificate[] {
  const texts = pem.match(CERTIFICATE) ?? [];
  if (texts.length === 0) throw unusable(where, 'there is no certificate, PEM, in it');
  return texts.map((text, index) => {
    try {
      return new X509Certificate(text);
    } catch (error) {
      throw unusable(where, `certificate ${index + 1} cannot be read`, error);
    }
  });
}

function readKey(pem: string, passphrase: string | undefined, where: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    throw unusable(where, 'the private key cannot be read', error);
  }
}
