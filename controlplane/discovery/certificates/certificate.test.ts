import { createPrivateKey } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { makeAuthority, type Authority } from '../../tls/testing/certificates.ts';
import { makeCertificate, readAuthority } from './certificate.ts';

let authority: Authority;
let leaf: { readonly cert: string; readonly key: string };
let other: { readonly cert: string; readonly key: string };
beforeAll(async () => {
  authority = await makeAuthority();
  [leaf, other] = await Promise.all([
    authority.issue({ commonName: 'red' }),
    authority.issue({ commonName: 'blue' }),
  ]);
});

const where = '/certificates/red';

test('callers trust the last of the chain', () => {
  const made = makeCertificate({ chain: `${leaf.cert}${authority.pem}`, privateKey: leaf.key, where });
  expect(made.chain).toBe(`${leaf.cert}${authority.pem}`);
  expect(made.authority).toBe(authority.pem);
  expect(createPrivateKey(made.privateKey).equals(createPrivateKey(leaf.key))).toBe(true);
});

test('text around the certificates is ignored; a single certificate is trusted itself', () => {
  const made = makeCertificate({ chain: `subject: red\n${leaf.cert}\n# end`, privateKey: leaf.key, where });
  expect(made).toMatchObject({ chain: leaf.cert, authority: leaf.cert });
});

test('an encrypted key is decrypted', () => {
  const passphrase = 'once';
  const key = createPrivateKey(leaf.key);
  const encrypted = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase });
  const parts = { chain: leaf.cert, privateKey: String(encrypted), where };
  expect(makeCertificate({ ...parts, passphrase }).privateKey).toContain('BEGIN PRIVATE KEY');
  expect(() => makeCertificate({ ...parts, passphrase: 'another' })).toThrow(
    '/certificates/red: the private key cannot be read',
  );
});

test.each([
  ['no certificate', () => '', () => leaf.key, 'there is no certificate, PEM, in it'],
  ['no key', () => leaf.cert, () => 'none', 'the private key cannot be read'],
  [
    'the key of another certificate',
    () => leaf.cert,
    () => other.key,
    'the private key does not belong to the first certificate',
  ],
  [
    'the authority first',
    () => `${authority.pem}${leaf.cert}`,
    () => leaf.key,
    'the private key does not belong to the first certificate',
  ],
  [
    'a chain of unrelated certificates',
    () => `${leaf.cert}${other.cert}`,
    () => leaf.key,
    'certificate 2 is not the issuer of the one before it: CN=blue',
  ],
  [
    'a truncated certificate',
    () => leaf.cert.replace(/\n[^\n]+\n-----END/, '\n-----END'),
    () => leaf.key,
    'certificate 1 cannot be read',
  ],
])('%s', (_, chain, key, problem) => {
  const make = (): unknown => makeCertificate({ chain: chain(), privateKey: key(), where });
  expect(make).toThrow(`/certificates/red: ${problem}`);
  expect(make).not.toThrow(leaf.key.split('\n')[1] ?? '');
});

test('the certificate of an authority is read, and a leaf is refused', () => {
  expect(readAuthority(`# root\n${authority.pem}`, where)).toBe(authority.pem);
  expect(() => readAuthority(leaf.cert, where)).toThrow('the first certificate is not that of an authority');
});
