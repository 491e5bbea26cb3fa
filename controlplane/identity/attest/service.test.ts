// The certificate library has to be loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { PublicKey } from '@peculiar/x509';
import { expect, test } from 'vitest';
import { CallError } from '../../../xds/grpc/call-error.ts';
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

test('clients that are refused are told when to come again, each at a moment of its own: strangers apart from agents', async () => {
  const { trust, leaf } = await authority();
  const attest = serve({ trust, clock: () => 0 });
  const retries = (raw?: Uint8Array): readonly unknown[] =>
    Array.from({ length: 2003 }, () => attest(raw)).flatMap((each) => each ?? []);
  expect(retries()).toEqual([2000, 2500, 3000]);
  expect(retries(leaf)).toEqual([2000, 2500, 3000]);
});

test('strangers who hold all places keep no agent with a certificate from its own', async () => {
  const { trust, leaf } = await authority();
  const attest = serve({ trust, clock: () => 0 }, false);
  for (let count = 0; count < 256; count += 1) expect(attest()).toBeUndefined();
  expect(attest()).toBe(2000);
  expect(attest(leaf)).toBeUndefined();
});

/**
 * Serves attestations. Returns a function that begins one, with a certificate or without, and returns when the client may come again, in
 * milliseconds; undefined: it was accepted. `isOver`: the client leaves at once.
 */
function serve(more: Partial<AttestOptions>, isOver = true) {
  let handler: ((call: ServerCall) => unknown) | undefined;
  const server = { add: (_path: string, added: typeof handler) => void (handler = added) };
  const options = { now: () => NOW, log: { warn: () => undefined }, onOutcome: () => undefined, ...more };
  createAttestation(options as unknown as AttestOptions).addTo(server as unknown as GrpcServer);
  return (raw?: Uint8Array): number | undefined => {
    const connection = {
      peer: '192.0.2.1:1',
      since: 0,
      presented: () => raw && { raw },
      certificate: () => undefined,
    };
    const ends: (() => void)[] = [];
    const call = { connection, whenOver: (end: () => void) => void ends.push(end), end: () => undefined };
    try {
      handler?.(call as unknown as ServerCall);
      return undefined;
    } catch (error) {
      return error instanceof CallError ? error.retryAfterMs : NaN;
    } finally {
      if (isOver) for (const end of ends) end();
    }
  };
}

test('strangers who use up the attempts keep no agent with a certificate from renewing it', async () => {
  const { trust, leaf } = await authority();
  const attest = serve({ trust });
  const strangers = Array.from({ length: 3000 }, () => attest());
  expect(strangers.at(-1)).toBeGreaterThan(0);
  expect(attest(leaf)).toBeUndefined();
});
