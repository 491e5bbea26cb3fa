// The certificate library has to be loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  type Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  type PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const DAY = 24 * 60 * 60 * 1000;
const MINUTE = 60 * 1000;

/** How long a root lives, in milliseconds: ten years. */
export const ROOT_LIFETIME = 3650 * DAY;
/** How long an intermediate lives, in milliseconds: 90 days. */
export const INTERMEDIATE_LIFETIME = 90 * DAY;
/** Certificates begin this much earlier, in milliseconds, for verifiers whose clock is behind. */
const CLOCK_SKEW = 5 * MINUTE;

const ROOT_KEY = { name: 'ECDSA', namedCurve: 'P-384' } as const;
const ISSUING_KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SHA384 = { name: 'ECDSA', hash: 'SHA-384' } as const;
const SHA256 = { name: 'ECDSA', hash: 'SHA-256' } as const;

type Subtle = typeof webcrypto.subtle;
type PrivateKey = Awaited<ReturnType<Subtle['importKey']>>;

/** A signing certificate with its key. Both are DER; the key is PKCS #8. */
export type Signer = { readonly certificate: Uint8Array; readonly key: Uint8Array };

/** Creates a root of a trust domain: P-384, self-signed. */
export async function createRoot(trustDomain: string, now: number): Promise<Signer> {
  const keys = await webcrypto.subtle.generateKey(ROOT_KEY, true, ['sign', 'verify']);
  const name = subject(trustDomain, 'root');
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name,
    ...period(now, ROOT_LIFETIME),
    keys,
    signingAlgorithm: SHA384,
    extensions: [
      ...authorityExtensions(trustDomain, 1),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return signerOf(certificate, keys.privateKey);
}

/** Creates an intermediate below a root: P-256. It rides in the chain of each leaf, so replacing it needs no change of trust. */
export async function createIntermediate(trustDomain: string, root: Signer, now: number): Promise<Signer> {
  const issuer = new X509Certificate(copy(root.certificate));
  const keys = await webcrypto.subtle.generateKey(ISSUING_KEY, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: subject(trustDomain, 'intermediate'),
    issuer: issuer.subject,
    ...period(now, INTERMEDIATE_LIFETIME, issuer),
    publicKey: keys.publicKey,
    signingKey: await importKey(root.key, ROOT_KEY),
    signingAlgorithm: SHA384,
    extensions: [
      ...authorityExtensions(trustDomain, 0),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return signerOf(certificate, keys.privateKey);
}

/** Creates the key of an intermediate (PKCS #8, DER), and a signing request for an authority elsewhere. */
export async function requestIntermediate(
  trustDomain: string,
): Promise<{ readonly request: Pkcs10CertificateRequest; readonly key: Uint8Array }> {
  const keys = await webcrypto.subtle.generateKey(ISSUING_KEY, true, ['sign', 'verify']);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: subject(trustDomain, 'intermediate'),
    keys,
    signingAlgorithm: SHA256,
    extensions: [spiffeName(trustDomain)],
  });
  return { request, key: new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)) };
}

/** An intermediate that is ready to issue. */
export type Issuer = {
  readonly certificate: X509Certificate;
  readonly key: PrivateKey;
  /** The end of the certificate, in milliseconds since 1970. */
  readonly ends: number;
};

/** Prepares an intermediate. */
export async function openIssuer({ certificate, key }: Signer): Promise<Issuer> {
  const parsed = new X509Certificate(copy(certificate));
  return {
    certificate: parsed,
    key: await importKey(key, ISSUING_KEY),
    ends: parsed.notAfter.getTime(),
  };
}

/** A leaf, in DER. Times in milliseconds since 1970. */
export type Leaf = {
  readonly certificate: Uint8Array;
  readonly begins: number;
  readonly ends: number;
  /** In hexadecimal. */
  readonly serial: string;
};

/**
 * Issues an X.509 SVID (SPIFFE X509-SVID §4): one URI name, no subject, and so a critical name extension; for both sides of TLS.
 * It never outlives its issuer.
 */
export async function issueLeaf(
  issuer: Issuer,
  spiffeId: string,
  publicKey: PublicKey,
  { lifetime, now }: { readonly lifetime: number; readonly now: number },
): Promise<Leaf> {
  const serial = serialNumber();
  const { notBefore, notAfter } = period(now, lifetime, issuer.certificate);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial,
    subject: '',
    issuer: issuer.certificate.subject,
    notBefore,
    notAfter,
    publicKey,
    signingKey: issuer.key,
    signingAlgorithm: SHA256,
    extensions: [
      new SubjectAlternativeNameExtension([{ type: 'url', value: spiffeId }], true),
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      await AuthorityKeyIdentifierExtension.create(issuer.certificate.publicKey),
    ],
  });
  return {
    certificate: new Uint8Array(certificate.rawData),
    begins: notBefore.getTime(),
    ends: notAfter.getTime(),
    serial,
  };
}

function authorityExtensions(trustDomain: string, pathLength: number) {
  return [
    new BasicConstraintsExtension(true, pathLength, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    spiffeName(trustDomain),
  ];
}

function spiffeName(trustDomain: string): SubjectAlternativeNameExtension {
  return new SubjectAlternativeNameExtension([{ type: 'url', value: `spiffe://${trustDomain}` }]);
}

// Each certificate of an authority has a name of its own, so that a chain has one issuer only.
function subject(trustDomain: string, role: string): string {
  return `O=${trustDomain}, CN=Daybreak ${role} ${randomBytes(8).toString('hex')}`;
}

// RFC 5280 §4.1.2.2 wants a positive number; 127 random bits need no state that replicas would share.
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function period(
  now: number,
  lifetime: number,
  within?: X509Certificate,
): { notBefore: Date; notAfter: Date } {
  const begins = Math.max(now - CLOCK_SKEW, within?.notBefore.getTime() ?? -Infinity);
  const ends = Math.min(now + lifetime, within?.notAfter.getTime() ?? Infinity);
  return { notBefore: new Date(begins), notAfter: new Date(ends) };
}

async function signerOf(certificate: X509Certificate, key: PrivateKey): Promise<Signer> {
  const exported = await webcrypto.subtle.exportKey('pkcs8', key);
  return { certificate: new Uint8Array(certificate.rawData), key: new Uint8Array(exported) };
}

function importKey(key: Uint8Array, algorithm: typeof ROOT_KEY | typeof ISSUING_KEY): Promise<PrivateKey> {
  return webcrypto.subtle.importKey('pkcs8', copy(key), algorithm, false, ['sign']);
}

// WebCrypto takes no view of a shared buffer.
function copy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
