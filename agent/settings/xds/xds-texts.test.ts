import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { SettingsError } from '../../../common/settings.ts';
import { selfSigned } from '../../testing/self-signed.ts';
import { readAgentSettings } from '../settings.ts';

const { cert, key } = await selfSigned();
const NEEDED = { APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b', APPMESH_XDS_ENDPOINT: 'control:443' };

const read = (env: Readonly<Record<string, string>>) => readAgentSettings({ ...NEEDED, ...env }).xds;

function message(env: Readonly<Record<string, string>>): string {
  try {
    read(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return '';
}

const flat = (text: string) => text.replaceAll('\n', String.raw`\n`);

test.each([
  ['line breaks', (text: string) => text],
  [String.raw`\n in place of line breaks`, flat],
  [String.raw`\r\n in place of line breaks`, (text: string) => text.replaceAll('\n', String.raw`\r\n`)],
])('certificates and keys may have %s', (_, form) => {
  const xds = read({
    DAYBREAK_XDS_CA: form(cert + cert),
    DAYBREAK_XDS_CERT: form(cert),
    DAYBREAK_XDS_KEY: form(key),
    DAYBREAK_XDS_TOKEN: 'abc',
  });
  expect(xds).toMatchObject({
    ca: { kind: 'text', text: (cert + cert).trim() },
    certificate: { cert: { kind: 'text', text: cert.trim() }, key: { kind: 'text', text: key.trim() } },
    token: { kind: 'text', text: 'abc' },
  });
});

test('a certificate in a variable may have its key in a file', () => {
  const { certificate } = read({ DAYBREAK_XDS_CERT: cert, DAYBREAK_XDS_KEY_FILE: '/k' });
  expect(certificate).toMatchObject({ cert: { kind: 'text' }, key: { kind: 'file', path: '/k' } });
});

describe('an error names the variable and not its value', () => {
  const half = cert.slice(0, cert.length / 2);
  test.each([
    ['CA', 'SECRET', 'one or more certificates in PEM form'],
    ['CA', half, 'one or more certificates in PEM form'],
    ['CA', key, 'one or more certificates in PEM form'],
    ['CA', cert.replace('MII', 'SECRET'), 'one or more certificates in PEM form'],
    ['CERT', 'SECRET', 'one or more certificates in PEM form'],
    ['KEY', 'SECRET', 'an unencrypted private key in PEM form'],
    ['KEY', cert, 'an unencrypted private key in PEM form'],
    ['TOKEN', 'SECRET SECRET', 'a token, one line of visible ASCII characters'],
  ])('DAYBREAK_XDS_%s', (name, value, wanted) => {
    const pair = { DAYBREAK_XDS_CERT: cert, DAYBREAK_XDS_KEY: key };
    expect(message({ ...pair, [`DAYBREAK_XDS_${name}`]: value })).toBe(
      `DAYBREAK_XDS_${name} (its value is not shown): ${wanted}`,
    );
  });

  test('a certificate without its key', () => {
    expect(message({ DAYBREAK_XDS_CERT: cert })).toMatch(/^DAYBREAK_XDS_KEY is not set: .*$/);
    expect(message({ DAYBREAK_XDS_KEY: key })).toMatch(/^DAYBREAK_XDS_CERT is not set: .*$/);
    expect(message({ DAYBREAK_XDS_KEY_FILE: '/k' })).toMatch(/^DAYBREAK_XDS_CERT_FILE is not set: .*$/);
  });

  test('a token over plaintext', () => {
    expect(message({ APPMESH_XDS_ENDPOINT: 'http://a:1', DAYBREAK_XDS_TOKEN: 'SECRET' })).toMatch(
      /^DAYBREAK_XDS_TOKEN \(its value is not shown\): .* over TLS only$/,
    );
  });

  test.each([
    ['CA', cert],
    ['TOKEN', 'SECRET'],
  ])('DAYBREAK_XDS_%s together with its file', (name, value) => {
    const env = { [`DAYBREAK_XDS_${name}`]: value, [`DAYBREAK_XDS_${name}_FILE`]: '/f' };
    expect(message(env)).toBe(
      `DAYBREAK_XDS_${name} (its value is not shown): not to be set together with DAYBREAK_XDS_${name}_FILE: one holds the text, the other the path of its file`,
    );
  });
});

test('the certificate of a valid text can be parsed', () => {
  const { ca } = read({ DAYBREAK_XDS_CA: flat(cert) });
  expect(ca?.kind === 'text' && new X509Certificate(ca.text).subject).toBe('CN=localhost');
});
