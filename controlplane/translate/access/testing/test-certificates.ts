import { webcrypto } from 'node:crypto';
import {
  createIntermediate,
  createRoot,
  issueLeaf,
  openIssuer,
  type Signer,
} from '../../../identity/authority/certificates.ts';

/** A certificate with its intermediate, and its key; all PEM. */
export type Pair = { readonly chain: string; readonly key: string };

/** An authority of a trust domain. `root`: PEM. */
export type TestAuthority = {
  readonly root: string;
  /** Issues a certificate for a SPIFFE id. `lifetime`: in milliseconds from now; default: an hour. */
  readonly issue: (id: string, lifetime?: number) => Promise<Pair>;
};

/** Creates an authority of the trust domain apps.example. */
export async function makeTestAuthority(): Promise<TestAuthority> {
  const now = Date.now();
  const root = await createRoot('apps.example', now);
  return authorityOf(root.certificate, await createIntermediate('apps.example', root, now));
}

/** Returns an authority with this root (DER) and intermediate. */
export async function authorityOf(root: Uint8Array, intermediate: Signer): Promise<TestAuthority> {
  const issuer = await openIssuer(intermediate);
  return {
    root: pem('CERTIFICATE', root),
    async issue(id, lifetime = 3_600_000) {
      const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
        'sign',
        'verify',
      ]);
      const leaf = await issueLeaf(issuer, id, issuerKey(keys.publicKey), { lifetime, now: Date.now() });
      const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
      const chain = `${pem('CERTIFICATE', leaf.certificate)}${pem('CERTIFICATE', intermediate.certificate)}`;
      return { chain, key: pem('PRIVATE KEY', new Uint8Array(key)) };
    },
  };
}

/** Creates an authority, and a certificate for each SPIFFE id. `root`: PEM. */
export async function makeCertificates(
  ids: readonly string[],
): Promise<{ readonly root: string; readonly of: ReadonlyMap<string, Pair> }> {
  const { root, issue } = await makeTestAuthority();
  const pairs = await Promise.all(ids.map(async (id) => [id, await issue(id)] as const));
  return { root, of: new Map(pairs) };
}

function issuerKey(key: unknown): Parameters<typeof issueLeaf>[2] {
  return key as Parameters<typeof issueLeaf>[2];
}

function pem(label: string, der: Uint8Array): string {
  const text = Buffer.from(der)
    .toString('base64')
    .replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${text}\n-----END ${label}-----\n`;
}
