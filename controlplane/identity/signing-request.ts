// The certificate library has to be loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { Pkcs10CertificateRequest, type PublicKey } from '@peculiar/x509';

/** The longest certificate signing request, in bytes. */
const LONGEST_REQUEST = 4096;

const CURVES: ReadonlySet<string> = new Set(['P-256', 'P-384']);

/**
 * Reads a certificate signing request (PKCS #10, DER) and verifies that its sender has the private key. Only its key counts: its subject
 * and extensions are ignored. Returns undefined for a request that is malformed, of another kind of key, or signed wrongly.
 */
export async function readSigningRequest(der: Uint8Array): Promise<PublicKey | undefined> {
  if (der.length === 0 || der.length > LONGEST_REQUEST) return undefined;
  try {
    const request = new Pkcs10CertificateRequest(new Uint8Array(der));
    const { algorithm } = request.publicKey as { algorithm: { name?: string; namedCurve?: string } };
    if (algorithm.name !== 'ECDSA' || !CURVES.has(algorithm.namedCurve ?? '')) return undefined;
    return (await request.verify()) ? request.publicKey : undefined;
  } catch {
    return undefined;
  }
}
