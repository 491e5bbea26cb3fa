// The certificate library has to be loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { randomUUID, webcrypto } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const HOUR = 3_600_000;

/** A certificate and its key, both PEM. */
export type Pair = { readonly chain: string; readonly privateKey: string };

/** The contents of a certificate. */
export type Wanted = {
  readonly dns?: readonly string[];
  readonly uri?: readonly string[];
  /** The end, in milliseconds from now. Default: in an hour. */
  readonly endsIn?: number;
  /** The start, in milliseconds from now. Default: an hour ago. */
  readonly beginsIn?: number;
  /** The kind of its key. Default: P-256. */
  readonly key?: KeyKind;
};

/** The supported kinds of keys. */
export type KeyKind = keyof typeof KEYS;

const rsa = (modulusLength: number) => ({
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
});
const KEYS = {
  'P-256': { name: 'ECDSA', namedCurve: 'P-256' },
  'P-384': { name: 'ECDSA', namedCurve: 'P-384' },
  'P-521': { name: 'ECDSA', namedCurve: 'P-521' },
  'RSA 2048': rsa(2048),
  'RSA 1024': rsa(1024),
  Ed25519: { name: 'Ed25519' },
} as const;

/** An authority that issues certificates, each with its own key. */
export type Authority = { readonly certificate: string; issue(wanted: Wanted): Promise<Pair> };

/** Creates a root authority. */
export async function createAuthority(): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const name = `CN=root ${randomUUID()}`;
  const notBefore = new Date(Date.now() - HOUR);
  const root = await X509CertificateGenerator.createSelfSigned({
    name,
    notBefore,
    notAfter: new Date(Date.now() + 24 * HOUR),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [new BasicConstraintsExtension(true, 1, true)],
  });
  return {
    certificate: `${root.toString('pem')}\n`,
    async issue({ dns = [], uri = [], endsIn = HOUR, beginsIn = -HOUR, key = 'P-256' }) {
      const own = await generate(key);
      const certificate = await X509CertificateGenerator.create({
        subject: 'CN=test',
        issuer: name,
        notBefore: new Date(Date.now() + beginsIn),
        notAfter: new Date(Date.now() + endsIn),
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new SubjectAlternativeNameExtension([
            ...dns.map((value) => ({ type: 'dns' as const, value })),
            ...uri.map((value) => ({ type: 'url' as const, value })),
          ]),
        ],
      });
      const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', own.privateKey));
      const privateKey = `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString('base64')}\n-----END PRIVATE KEY-----\n`;
      return { chain: `${certificate.toString('pem')}\n`, privateKey };
    },
  };
}

async function generate(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  const keys = await webcrypto.subtle.generateKey(KEYS[kind], true, ['sign', 'verify']);
  if ('privateKey' in keys) return keys;
  throw new Error(`${kind} is no kind of a pair of keys`);
}

/** Writes a pair to `NAME-chain.pem` and `NAME-key.pem`, like a renewal. */
export async function writePair(path: string, { chain, privateKey }: Pair): Promise<void> {
  await writeFile(`${path}-chain.pem`, chain);
  await writeFile(`${path}-key.pem`, privateKey);
}
