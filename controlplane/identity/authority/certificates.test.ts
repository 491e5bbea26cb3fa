// The certificate library has to be loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { PublicKey } from '@peculiar/x509';
import { beforeAll, expect, it, vi } from 'vitest';
import {
  createIntermediate,
  createRoot,
  INTERMEDIATE_LIFETIME,
  issueLeaf,
  openIssuer,
  ROOT_LIFETIME,
  type Signer,
} from './certificates.ts';
import { alternativeNames, rootAbove } from './chain.ts';

const HOUR = 60 * 60 * 1000;
/** For verifiers whose clock is behind. */
const SKEW = 5 * 60 * 1000;
const NOW = Date.UTC(2030, 0, 1);
const ID = 'spiffe://apps.example/account/111122223333/mesh/m/virtualNode/n';

let root: Signer;
let intermediate: Signer;
let key: PublicKey;
beforeAll(async () => {
  root = await createRoot('apps.example', NOW);
  intermediate = await createIntermediate('apps.example', root, NOW);
  const { publicKey } = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  key = new PublicKey(await webcrypto.subtle.exportKey('spki', publicKey));
});

const trust = (by: readonly Signer[] = [intermediate], from: readonly Signer[] = [root]) => ({
  trustDomain: 'apps.example',
  roots: () => from.map(({ certificate }) => new X509Certificate(certificate)),
  issuers: () => by.map(({ certificate }) => new X509Certificate(certificate)),
});

async function leafAt(now: number, lifetime = HOUR): Promise<X509Certificate> {
  const leaf = await issueLeaf(await openIssuer(intermediate), ID, key, { lifetime, now });
  return new X509Certificate(leaf.certificate);
}

it('makes a root and an intermediate that name the trust domain, and issue no further authorities', () => {
  for (const [{ certificate }, lifetime] of [
    [root, ROOT_LIFETIME],
    [intermediate, INTERMEDIATE_LIFETIME],
  ] as const) {
    const parsed = new X509Certificate(certificate);
    expect(parsed.ca).toBe(true);
    expect(parsed.subjectAltName).toBe('URI:spiffe://apps.example');
    expect(parsed.validToDate.getTime()).toBe(NOW + lifetime);
  }
});

it('issues an SVID: one URI name, no subject, no authority, for both sides of TLS', async () => {
  const leaf = await leafAt(NOW);
  expect(leaf.subject).toBeUndefined();
  expect(alternativeNames(leaf, 'URI')).toEqual([ID]);
  expect(leaf.ca).toBe(false);
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  expect(leaf.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
  expect(leaf.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
  expect(leaf.validFromDate.getTime()).toBe(NOW - SKEW);
  expect(leaf.validToDate.getTime()).toBe(NOW + HOUR);
});

it('lets no leaf end after its intermediate', async () => {
  const leaf = await leafAt(NOW + INTERMEDIATE_LIFETIME - HOUR, 8 * HOUR);
  expect(leaf.validToDate.getTime()).toBe(NOW + INTERMEDIATE_LIFETIME);
});

it('finds the root above a leaf within the dates of all three, with a root and an intermediate of the authority', async () => {
  const leaf = await leafAt(NOW);
  expect(rootAbove(leaf, trust(), NOW + 1)).toBeDefined();
  expect(rootAbove(leaf, trust(), NOW - SKEW - 1)).toBeUndefined();
  expect(rootAbove(leaf, trust(), NOW + HOUR)).toBeUndefined();
  const next = await createIntermediate('apps.example', root, NOW);
  expect(rootAbove(leaf, trust([next, intermediate]), NOW + 1)).toBeDefined();
  expect(rootAbove(leaf, trust([next]), NOW + 1)).toBeUndefined();
  const other = await createRoot('apps.example', NOW);
  expect(rootAbove(leaf, trust([intermediate], [other]), NOW + 1)).toBeUndefined();
  expect(rootAbove(new X509Certificate(intermediate.certificate), trust(), NOW + 1)).toBeUndefined();
});

it('verifies the signature of an intermediate once, however many leaves come', async () => {
  const [issuer, above] = [intermediate, root].map(({ certificate }) => new X509Certificate(certificate));
  if (issuer === undefined || above === undefined) throw new Error('there are no certificates');
  const held = { ...trust(), roots: () => [above], issuers: () => [issuer] };
  const verifications = vi.spyOn(issuer, 'verify');
  for (const leaf of [await leafAt(NOW), await leafAt(NOW)])
    expect(rootAbove(leaf, held, NOW + 1)).toBe(above);
  expect(verifications).toHaveBeenCalledTimes(1);
});
