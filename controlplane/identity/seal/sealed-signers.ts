import { createHash } from 'node:crypto';
import type { SignerRecord } from '../../mesh/identity-records.ts';
import type { Signer } from '../authority/certificates.ts';
import type { Sealer } from './seal.ts';

/** Seals the key of a signing certificate for the store. */
export async function sealSigner(
  { certificate, key }: Signer,
  sealer: Sealer,
  trustDomain: string,
): Promise<SignerRecord> {
  return {
    certificate: Buffer.from(certificate).toString('base64'),
    sealedKey: await sealer.seal(key, purposeOf(trustDomain, certificate)),
  };
}

/** Opens the key of a signing certificate. @throws IdentityError */
export async function openSigner(record: SignerRecord, sealer: Sealer, trustDomain: string): Promise<Signer> {
  const certificate = bytesOf(record.certificate);
  return { certificate, key: await sealer.open(record.sealedKey, purposeOf(trustDomain, certificate)) };
}

// Binds a sealed key to its certificate.
function purposeOf(trustDomain: string, certificate: Uint8Array): string {
  return `authority ${trustDomain} ${createHash('sha256').update(certificate).digest('hex')}`;
}

/** Decodes base64. */
export function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}
