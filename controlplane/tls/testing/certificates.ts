// The certificate library needs this import before its own.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { randomUUID, webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type JsonGeneralName,
} from '@peculiar/x509';
import { fileSource } from '../../../common/files/source.ts';
import type { CertificateSources } from '../open-certificate.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/**
 * Creates a self-signed certificate for localhost, and its key, both PEM. It is valid from an hour ago until `lifetimeMs`
 * milliseconds from now (default: two hours). With a negative lifetime it has expired.
 */
export async function selfSigned(
  lifetimeMs = 7_200_000,
): Promise<{ readonly cert: string; readonly key: string }> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const now = Date.now();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + lifetimeMs),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ],
  });
  return { cert: `${certificate.toString('pem')}\n`, key: await pemOf(keys.privateKey) };
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`;
}

/** The names and lifetime of a certificate. */
export type Names = {
  readonly commonName?: string;
  readonly alternative?: readonly JsonGeneralName[];
  /** Milliseconds from now; default: an hour. With a negative lifetime it has expired. */
  readonly lifetimeMs?: number;
  /** The extended key usage; default: none, which means any. */
  readonly usage?: 'serverAuth' | 'clientAuth';
};

/** An authority that issues certificates. */
export type Authority = {
  readonly pem: string;
  issue(names: Names): Promise<{ readonly cert: string; readonly key: string }>;
};

/** Creates an authority, valid from a day ago for two days. */
export async function makeAuthority(): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const now = Date.now();
  const notBefore = new Date(now - 86_400_000);
  const issuer = `CN=authority-${randomUUID()}`;
  const authority = await X509CertificateGenerator.createSelfSigned({
    name: issuer,
    notBefore,
    notAfter: new Date(now + 86_400_000),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    pem: `${authority.toString('pem')}\n`,
    async issue({ commonName, alternative = [], lifetimeMs = 3_600_000, usage }) {
      const own = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      const certificate = await X509CertificateGenerator.create({
        subject: commonName === undefined ? '' : [{ CN: [commonName] }],
        issuer,
        notBefore,
        notAfter: new Date(Date.now() + lifetimeMs),
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: [
          ...(alternative.length === 0 ? [] : [new SubjectAlternativeNameExtension([...alternative])]),
          ...(usage === undefined ? [] : [new ExtendedKeyUsageExtension([ExtendedKeyUsage[usage]])]),
        ],
      });
      return { cert: `${certificate.toString('pem')}\n`, key: await pemOf(own.privateKey) };
    },
  };
}

/** Returns the sources of a certificate and key in files. */
export function certificateFiles(files: { readonly cert: string; readonly key: string }): CertificateSources {
  return { cert: fileSource('--tls-cert', files.cert), key: fileSource('--tls-key', files.key) };
}

/** Writes a new certificate and key to files, as a renewal does, both in one turn, and returns the certificate. */
export async function writeSelfSigned(
  files: { readonly cert: string; readonly key: string },
  lifetimeMs?: number,
): Promise<string> {
  const { cert, key } = await selfSigned(lifetimeMs);
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key);
  return cert;
}
