import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary, toJson } from '@bufbuild/protobuf';
import { AnySchema, anyUnpack } from '@bufbuild/protobuf/wkt';
import { beforeAll, describe, expect, test } from 'vitest';
import { SecretSchema } from '#envoy/envoy/extensions/transport_sockets/tls/v3/secret_pb.ts';
import type { FileSecret } from '../../common/contracts/file-secret-name.ts';
import {
  createAuthority,
  type Authority,
  type KeyKind,
  type Pair,
} from '../../test/tls/testing/authority.ts';
import { secretContent } from './secret-content.ts';

const CERTIFICATE: FileSecret = { kind: 'certificate', chain: '/chain', privateKey: '/key' };
const TRUST: FileSecret = { kind: 'trust', chain: '/ca' };

let authority: Authority;
let pair: Pair;
beforeAll(async () => {
  authority = await createAuthority();
  pair = await authority.issue({ dns: ['a'] });
});

const certificate = (chain: string, key: string) =>
  secretContent('name', CERTIFICATE, [Buffer.from(chain), Buffer.from(key)]);
const trust = (chain: string) => secretContent('name', TRUST, [Buffer.from(chain)]);

/** The secret as Envoy decodes it, by Envoy's descriptors. */
function decode(any: Uint8Array) {
  const secret = anyUnpack(fromBinary(AnySchema, any), SecretSchema);
  return secret && toJson(SecretSchema, secret);
}

const inline = (text: string) => ({ inlineBytes: Buffer.from(text).toString('base64') });

test('encodes a certificate and its key as Envoy reads them', () => {
  const { resource, validity } = certificate(pair.chain + authority.certificate, pair.privateKey);
  expect(decode(resource.any)).toEqual({
    name: 'name',
    tlsCertificate: {
      certificateChain: inline(pair.chain + authority.certificate),
      privateKey: inline(pair.privateKey),
    },
  });
  // Not the authority's validity.
  expect(validity.notAfter).toBeLessThanOrEqual(Date.now() + 3_600_000);
});

test('encodes authorities as Envoy reads them', () => {
  const { resource } = trust(authority.certificate);
  expect(decode(resource.any)).toEqual({
    name: 'name',
    validationContext: { trustedCa: inline(authority.certificate) },
  });
});

test('equal contents have equal versions, different contents different ones', () => {
  const version = (chain: string) => trust(chain).resource.version;
  expect(version(authority.certificate)).toBe(version(authority.certificate));
  expect(version(authority.certificate)).not.toBe(version(pair.chain));
});

const BROKEN = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

test.each([
  ['an empty file', () => certificate('', pair.privateKey), '/chain: no certificate in PEM format'],
  [
    'half a chain',
    () => certificate(pair.chain + BROKEN, pair.privateKey),
    '/chain: certificate 2 is malformed',
  ],
  ['a certificate for a key', () => certificate(pair.chain, pair.chain), '/key: no private key'],
  ['no authorities', () => trust('none'), '/ca: no certificate in PEM format'],
])('%s is refused', (_what, make, message) => {
  expect(make).toThrow(message);
});

test('rejects the key of another certificate', async () => {
  const other = await authority.issue({ dns: ['b'] });
  expect(() => certificate(pair.chain, other.privateKey)).toThrow(
    '/key: the key does not belong to the certificate',
  );
});

const KINDS: readonly (readonly [KeyKind, taken: boolean])[] = [
  ['P-256', true],
  ['P-384', true],
  ['P-521', true],
  ['RSA 2048', true],
  ['RSA 1024', false],
  ['Ed25519', true],
];

test.each(KINDS)('a key of type %s is accepted: %s', async (key, taken) => {
  const { chain, privateKey } = await authority.issue({ dns: ['a'], key });
  if (taken) expect(certificate(chain, privateKey).resource.name).toBe('name');
  else expect(() => certificate(chain, privateKey)).toThrow(/^\/key: .*Envoy (accepts|requires)/);
});

// The same check by a real Envoy, if one is installed.
const envoy = process.env['DAYBREAK_ENVOY'];

describe.skipIf(envoy === undefined)('a real Envoy agrees', () => {
  test.each(KINDS)('on %s', async (key, taken) => {
    expect(validate(await authority.issue({ dns: ['a'], key }))).toBe(taken);
  });
});

function validate({ chain, privateKey }: Pair): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'secret-content-'));
  const [chainFile, keyFile] = [join(folder, 'chain'), join(folder, 'key')];
  writeFileSync(chainFile, chain);
  writeFileSync(keyFile, privateKey);
  const tls = {
    '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
    common_tls_context: {
      tls_certificates: [{ certificate_chain: { filename: chainFile }, private_key: { filename: keyFile } }],
    },
  };
  const transport = { name: 'envoy.transport_sockets.tls', typed_config: tls };
  const config = { static_resources: { clusters: [{ name: 'c', transport_socket: transport }] } };
  try {
    const args = ['--mode', 'validate', '--config-yaml', JSON.stringify(config)];
    execFileSync(envoy ?? '', args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
