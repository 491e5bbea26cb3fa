import { webcrypto, X509Certificate } from 'node:crypto';
// The certificate library has to be loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { PublicKey } from '@peculiar/x509';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startMute } from '../../../common/testing/mute.ts';
import { createPrivateAuthority } from '../../discovery/testing/certificates.ts';
import { startMoto } from '../../discovery/testing/moto.ts';
import { startTestPrivateCa, type PrivateCaKind, type TestPrivateCa } from '../testing/private-ca.ts';
import { createRoot, issueLeaf, openIssuer } from './certificates.ts';
import { rootAbove } from './chain.ts';
import { openPrivateRoot } from './private-root.ts';

// Intermediates of AWS Private CA: of a stand-in that signs by AWS's template, and the same calls to moto.

const DOMAIN = 'apps.example';
const DAY = 24 * 60 * 60 * 1000;

beforeAll(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
  return () => vi.unstubAllEnvs();
});
let ca: TestPrivateCa | undefined;
afterEach(() => ca?.close());

async function start(kind: PrivateCaKind, years?: number): Promise<TestPrivateCa> {
  ca = await startTestPrivateCa(kind, years);
  return ca;
}

test.each<PrivateCaKind>([
  'RSA',
  'P-256',
  'P-384',
  'subordinate',
])('an authority of the kind %s signs an intermediate, whose leaves lead to it', async (kind) => {
  const { arn, endpoint, calls } = await start(kind);
  const root = openPrivateRoot(arn, endpoint);
  const anchor = await root.certificate();
  const intermediate = await root.intermediate(DOMAIN, anchor, Date.now());
  expect(new Set(calls)).toEqual(
    new Set(['GetCertificateAuthorityCertificate', 'IssueCertificate', 'GetCertificate']),
  );
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const leaf = await issueLeaf(
    await openIssuer(intermediate),
    `spiffe://${DOMAIN}/account/111122223333/mesh/m/virtualNode/a`,
    new PublicKey(await webcrypto.subtle.exportKey('spki', keys.publicKey)),
    { lifetime: DAY, now: Date.now() },
  );
  const issuer = new X509Certificate(intermediate.certificate);
  const trust = {
    trustDomain: DOMAIN,
    roots: () => [new X509Certificate(anchor)],
    issuers: () => [issuer],
  };
  expect(rootAbove(new X509Certificate(leaf.certificate), trust, Date.now())).toBeDefined();
  expect(Math.round((issuer.validToDate.getTime() - Date.now()) / DAY)).toBe(90);
  expect(issuer.subjectAltName).toBe(`URI:spiffe://${DOMAIN}`);
});

test('an intermediate does not outlive the authority', async () => {
  const { arn, endpoint, certificate } = await start('P-256', 0.1);
  const root = openPrivateRoot(arn, endpoint);
  const { certificate: issued } = await root.intermediate(DOMAIN, await root.certificate(), Date.now());
  expect(new X509Certificate(issued).validToDate.getTime()).toBe(certificate.notAfter.getTime());
});

test('a refusal of AWS is one line with its words; a root that was replaced there is named', async () => {
  const running = await start('RSA');
  const { arn, endpoint } = running;
  const root = openPrivateRoot(arn, endpoint);
  const former = (await startTestPrivateCa('RSA')) satisfies TestPrivateCa;
  const anchor = new Uint8Array(former.certificate.rawData);
  former.close();
  await expect(root.intermediate(DOMAIN, anchor, Date.now())).rejects.toThrow(
    'the authority has another certificate than the root that proxies trust: run daybreak identity rotate',
  );
  running.failure = { status: 400, type: 'AccessDeniedException', message: 'not authorized' };
  await expect(root.intermediate(DOMAIN, await anchorOf(running), Date.now())).rejects.toMatchObject({
    code: 'CA_ROOT_UNUSABLE',
    message: `--ca-root="acm-pca:${arn}": AWS Private CA does not issue an intermediate: AWS Private CA answered 400 AccessDeniedException: not authorized`,
  });
  const none = arn.replace(/.$/, '9');
  running.failure = undefined;
  await expect(openPrivateRoot(none, endpoint).certificate()).rejects.toThrow(
    'does not return the certificate of the authority: AWS Private CA answered 400 ResourceNotFoundException',
  );
});

test('an AWS Private CA that is throttled for a moment is asked again; one that never answers is not waited for without end', async () => {
  const running = await start('P-384');
  running.failure = { status: 400, type: 'ThrottlingException', message: 'Rate exceeded' };
  const asked = openPrivateRoot(running.arn, running.endpoint).certificate();
  await expect.poll(() => running.calls.length).toBeGreaterThan(1);
  running.failure = undefined;
  await expect(asked).resolves.toBeInstanceOf(Uint8Array);

  const mute = await startMute();
  const away = openPrivateRoot(running.arn, `http://127.0.0.1:${mute.port}`, { call: 200, issue: 1500 });
  await expect(away.certificate()).rejects.toMatchObject({ code: 'CA_ROOT_UNUSABLE' });
  expect(mute.open()).toBeDefined();
});

test('moto takes the same calls; its certificate is not for an authority, because it lacks the template', async () => {
  const moto = await startMoto();
  try {
    const { certificate } = await createRoot(DOMAIN, Date.now());
    const arn = await createPrivateAuthority(moto.endpoint, new X509Certificate(certificate).toString());
    const root = openPrivateRoot(arn, moto.endpoint);
    await expect(root.intermediate(DOMAIN, await root.certificate(), Date.now())).rejects.toThrow(
      'the issued certificate: the first certificate is not that of an authority',
    );
  } finally {
    await moto.stop();
  }
});

async function anchorOf({ certificate }: TestPrivateCa): Promise<Uint8Array> {
  return new Uint8Array(certificate.rawData);
}
