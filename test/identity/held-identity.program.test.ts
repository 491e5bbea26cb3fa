import { webcrypto, X509Certificate } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { holdIdentity, type HeldIdentity } from '../../agent/identity/held-identity.ts';
import type { IssuedCertificate } from '../../common/contracts/attestation/messages.ts';
import {
  createIntermediate,
  createRoot,
  issueLeaf,
  openIssuer,
} from '../../controlplane/identity/authority/certificates.ts';

// An agent checks the certificate of a control plane that is mistaken, or lies.

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;
const ID = 'spiffe://apps.example/account/111122223333/mesh/m/virtualNode/a';
const NODE = 'mesh/m/virtualNode/a';

type Answer = { readonly key: string; readonly issued: IssuedCertificate };

let good: Answer;
beforeAll(async () => {
  good = await answer({});
});

/** A certificate of 72 hours, as a control plane issues it. `rootAge`: how long ago its root was made. */
async function answer({ id = ID, rootAge = 0 }): Promise<Answer> {
  const now = Date.now();
  const root = await createRoot('apps.example', now - rootAge);
  const intermediate = await createIntermediate('apps.example', root, now);
  const issuer = await openIssuer(intermediate);
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const publicKey = keys.publicKey as unknown as Parameters<typeof issueLeaf>[2];
  const leaf = await issueLeaf(issuer, id, publicKey, { lifetime: 72 * HOUR, now });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const ends = new X509Certificate(leaf.certificate).validToDate.getTime();
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`,
    issued: {
      spiffeId: id,
      chain: [leaf.certificate, intermediate.certificate],
      roots: [root.certificate],
      ends,
      renew: now + 36 * HOUR,
      generation: 1,
      expiredGraceSeconds: 0,
    },
  };
}

const hold = (changed: Partial<IssuedCertificate> = {}, { key, issued } = good, node = NODE): HeldIdentity =>
  holdIdentity(node, key, { ...issued, ...changed }, Date.now());

test.each([
  NODE,
  'mesh/m@111122223333/virtualNode/a',
  `arn:aws:appmesh:us-east-1:444455556666:${NODE}`,
])('the certificate of its own node is taken, as %s', (node) => {
  expect(hold({}, good, node)).toMatchObject({ spiffeId: ID, ends: good.issued.ends });
});

test.each([
  ['another node', 'mesh/m/virtualNode/b'],
  ['a virtual gateway of its name', 'mesh/m/virtualGateway/a'],
  ['another mesh', 'mesh/m2/virtualNode/a'],
  ['a node whose name ends like its own', 'mesh/m/virtualNode/x-a'],
])('the certificate of %s is refused: an agent served it to Envoy', (_, node) => {
  expect(() => hold({}, good, node)).toThrow(`it is that of ${ID}`);
});

test.each<[string, Partial<IssuedCertificate>, string]>([
  ['with another name than the control plane says', { spiffeId: `${ID}b` }, 'it is not that of'],
  ['without roots', { roots: [] }, 'it came without roots'],
])('a certificate %s is refused', (_, changed, why) => {
  expect(() => hold(changed)).toThrow(why);
});

test('a certificate of another key, of another root or without its intermediate is refused', async () => {
  const other = await answer({});
  expect(() => hold({}, { ...good, key: other.key })).toThrow('its key is another');
  expect(() => hold({ roots: other.issued.roots })).toThrow('none of its roots issued it');
  expect(() => hold({ chain: good.issued.chain.slice(0, 1) })).toThrow('none of its roots issued it');
});

test('a certificate below a root that has ended is refused', async () => {
  const old = await answer({ rootAge: 11 * YEAR });
  expect(() => hold({}, old)).toThrow(/it(?:s issuer)? ended at/);
});

test('the end is that of the certificate, and the renewal is before it, whatever the control plane says', () => {
  const { ends } = good.issued;
  expect(hold({ ends: ends + YEAR }).ends).toBe(ends);
  for (const renew of [ends, ends + YEAR, Number.NaN]) {
    const held = hold({ renew });
    expect(held.renew).toBeGreaterThan(Date.now());
    expect(held.renew).toBeLessThan(ends - 24 * HOUR);
  }
});
