import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createLog } from '../../../common/log.ts';
import { until } from '../../../test/lab/until.ts';
import { makeAuthority, type Authority } from '../../tls/testing/certificates.ts';
import type { ExternalInputs } from '../../translate/external-inputs.ts';
import { openDiscovery, type Discovery } from '../discovery.ts';
import { createPrivateAuthority, requestCertificate } from '../testing/certificates.ts';
import { ANY_CREDENTIALS } from '../testing/cloud-map.ts';
import { startMoto, type Moto } from '../testing/moto.ts';

const log = createLog('test', 'silent');

let moto: Moto;
let folder: string;
let discovery: Discovery;
let authority: Authority;
const polls: string[] = [];
beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', ANY_CREDENTIALS.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', ANY_CREDENTIALS.secretAccessKey);
  moto = await startMoto();
  authority = await makeAuthority();
  folder = await mkdtemp(join(tmpdir(), 'daybreak-certificates-'));
  const endpoints = { cloudMap: undefined, acm: moto.endpoint, privateCa: moto.endpoint };
  discovery = await openDiscovery(
    {
      region: 'eu-west-1',
      cloudMapInterval: 1000,
      cloudMapCache: undefined,
      certificates: folder,
      endpoints,
    },
    log,
    { poll: (source, outcome) => void polls.push(`${source} ${outcome}`) },
  );
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await discovery.close();
  await moto.stop();
  await rm(folder, { recursive: true });
});

/** Repeats a lookup until there is an answer, or trouble: after two seconds without either, the lookup is settled. Returns the answer. */
async function ask<T>(question: (found: ExternalInputs) => T): Promise<T> {
  return await until('an answer', () => {
    const asking = discovery.ask('proxy');
    const answer = question(asking.found);
    const isDue = asking.end() || (answer === undefined && discovery.troublesOf('proxy').length === 0);
    return isDue ? undefined : { answer };
  }).then(({ answer }) => answer);
}

test('a certificate of ACM comes with its key and its issuers', async () => {
  const arn = await requestCertificate(moto.endpoint, 'red.prod', { exportable: true });
  const certificate = await ask(({ certificate: of }) => of(arn));
  const leaf = new X509Certificate(certificate?.chain ?? '');
  expect(leaf.checkHost('red.prod')).toBe('red.prod');
  const key = certificate !== undefined && 'privateKey' in certificate ? certificate.privateKey : '';
  expect(leaf.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(leaf.checkIssued(new X509Certificate(certificate?.authority ?? ''))).toBe(true);
  expect(polls).toContain('acm answered');
  expect(discovery.troublesOf('proxy')).toEqual([]);
});

test('a certificate whose key cannot be exported is reported by its ARN', async () => {
  const arn = await requestCertificate(moto.endpoint, 'blue.prod', { exportable: false });
  expect(await ask(({ certificate: of }) => of(arn))).toBeUndefined();
  const [trouble] = discovery.troublesOf('proxy');
  expect(trouble?.where).toBe(arn);
  expect(trouble?.what).toMatch(/^requests have failed since .*is not a private certificate/);
});

test('the certificate of a private authority is read', async () => {
  const arn = await createPrivateAuthority(moto.endpoint, authority.pem);
  expect(await ask(({ authority: of }) => of(arn))).toEqual({ pem: authority.pem });
});

test('a missing authority is reported', async () => {
  const arn = 'arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/none';
  expect(await ask(({ authority: of }) => of(arn))).toBeUndefined();
  expect(discovery.troublesOf('proxy')[0]?.what).toContain(
    `AWS Private CA answered 400 ResourceNotFoundException`,
  );
});

test('AWS is not asked for certificates that the folder has', async () => {
  const arn = 'arn:aws:acm:us-east-1:111122223333:certificate/own';
  const ca = 'arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/own';
  const { cert, key } = await authority.issue({ commonName: 'own' });
  await mkdir(join(folder, arn), { recursive: true });
  await mkdir(join(folder, ca), { recursive: true });
  await writeFile(join(folder, arn, 'certificate.pem'), `${cert}${authority.pem}`);
  await writeFile(join(folder, arn, 'key.pem'), key);
  await writeFile(join(folder, ca, 'certificate.pem'), authority.pem);
  polls.length = 0;
  expect(await ask(({ certificate: of }) => of(arn))).toMatchObject({
    chain: `${cert}${authority.pem}`,
    authority: authority.pem,
  });
  expect(await ask(({ authority: of }) => of(ca))).toEqual({ pem: authority.pem });
  expect(polls).toEqual(['folder answered', 'folder answered']);
});

test('an ARN that would lead out of the folder is rejected', async () => {
  const arn = 'arn:aws:acm:us-east-1:111122223333:certificate/../../../etc';
  expect(await ask(({ certificate: of }) => of(arn))).toBeUndefined();
  expect(discovery.troublesOf('proxy')[0]?.what).toContain('is no ARN of an ACM certificate');
});
