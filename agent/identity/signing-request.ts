// The certificate library has to be loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { pemOf } from './pem.ts';

const KEY = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A new private key, and a request for a certificate for it. */
export type SigningRequest = {
  /** PKCS #8 in PEM. It never leaves the node. */
  readonly key: string;
  /** PKCS #10, DER. */
  readonly request: Uint8Array;
};

/** Makes a key on P-256, and the request. The request contains no names: the control plane decides the content of the certificate. */
export async function makeSigningRequest(): Promise<SigningRequest> {
  const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  const request = await Pkcs10CertificateRequestGenerator.create({ name: '', keys, signingAlgorithm: KEY });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return { key: pemOf('PRIVATE KEY', key), request: new Uint8Array(request.rawData) };
}
