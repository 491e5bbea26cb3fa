// The certificate library has to be loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { PublicKey } from '@peculiar/x509';
import { expect, test } from 'vitest';
import type { GrpcServer } from '../../../xds/grpc/server.ts';
import type { ServerCall } from '../../../xds/grpc/server-call.ts';
import { createIntermediate, createRoot, issueLeaf, openIssuer } from '../authority/certificates.ts';
import { createAttestation, type AttestOptions } from './service.ts';

const NOW = Date.UTC(2030, 0, 1);
const DOMAIN = 'apps.example';

async function authority() {
  const root = await createRoot(DOMAIN, NOW);
  const intermediate = await createIntermediate(DOMAIN, root, NOW);
  const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const key = new PublicKey(await webcrypto.subtle.exportKey('spki', pair.publicKey));
  const id = `spiffe://${DOMAIN}/account/111122223333/mesh/m/virtualNode/n`;
  const leaf = await issueLeaf(await openIssuer(intermediate), id, key, { lifetime: 3_600_000, now: NOW });
  const trust = {
    trustDomain: DOMAIN,
    roots: () => [new X509Certificate(root.certificate)],
    issuers: () => [new X509Certificate(intermediate.certificate)],
  };
  return { trust, leaf: leaf.certificate };
}

test('strangers who use up the attempts keep no agent with a certificate from renewing it', async () => {
  const { trust, leaf } = await authority();
  let attest: ((call: ServerCall) => unknown) | undefined;
  const server = { add: (_path: string, handler: typeof attest) => void (attest = handler) };
  const options = { trust, now: () => NOW, log: { warn: () => undefined }, onOutcome: () => undefined };
  createAttestation(options as unknown as AttestOptions).addTo(server as unknown as GrpcServer);
  const begin = (raw?: Uint8Array): void => {
    const connection = { peer: '192.0.2.1:1', presented: () => raw && { raw }, certificate: () => undefined };
    const ends: (() => void)[] = [];
    const call = { connection, whenOver: (end: () => void) => void ends.push(end), end: () => undefined };
    try {
      attest?.(call as unknown as ServerCall);
    } finally {
      for (const end of ends) end();
    }
  };
  const strangers = () => {
    for (let count = 0; count < 3000; count += 1) begin();
  };
  expect(strangers).toThrow('too many attestations at once');
  expect(() => begin(leaf)).not.toThrow();
});
