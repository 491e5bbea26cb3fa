import { webcrypto } from 'node:crypto';
import {
  createIntermediate,
  createRoot,
  issueLeaf,
  openIssuer,
} from '../../../identity/authority/certificates.ts';

/** A certificate with its intermediate, and its key; all PEM. */
export type Pair = { readonly chain: string; readonly key: string };

/** Creates an authority, and a certificate for each SPIFFE id. `root`: PEM. */
export async function makeCertificates(
  ids: readonly string[],
): Promise<{ readonly root: string; readonly of: ReadonlyMap<string, Pair> }> {
  const now = Date.now();
  const root = await createRoot('apps.example', now);
  const intermediate = await createIntermediate('apps.example', root, now);
  const issuer = await openIssuer(intermediate);
  const pairs = await Promise.all(
    ids.map(async (id) => {
      const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
        'sign',
        'verify',
      ]);
      const leaf = await issueLeaf(issuer, id, issuerKey(keys.publicKey), { lifetime: 3_600_000, now });
      const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
      const chain = `${pem('CERTIFICATE', leaf.certificate)}${pem('CERTIFICATE', intermediate.certificate)}`;
      return [id, { chain, key: pem('PRIVATE KEY', new Uint8Array(key)) }] as const;
    }),
  );
  return { root: pem('CERTIFICATE', root.certificate), of: new Map(pairs) };
}

function issuerKey(key: unknown): Parameters<typeof issueLeaf>[2] {
  return key as Parameters<typeof issueLeaf>[2];
}

function pem(label: string, der: Uint8Array): string {
  const text = Buffer.from(der).toString('base64').replaceAll(/.{64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${text}\n-----END ${label}-----\n`;
}
