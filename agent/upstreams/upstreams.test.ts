import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Source } from '../../common/files/source.ts';
import { selfSigned } from '../testing/self-signed.ts';
import { AgentError } from '../errors.ts';
import { upstreams } from './upstreams.ts';
import type { XdsSettings } from '../settings/xds/xds-settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-upstreams-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const NOTHING = { ca: undefined, certificate: undefined, token: undefined, identity: undefined };
const SECURE: XdsSettings = { endpoints: [{ kind: 'tls', host: 'control', port: 443 }], ...NOTHING };

function file(setting: string, content?: string): Source & { readonly path: string } {
  const path = join(folder, setting);
  if (content !== undefined) writeFileSync(path, content);
  return { kind: 'file', setting, path };
}

/** TLS options and headers of the first upstream, read again as for each connection. */
function connect(settings: XdsSettings) {
  return upstreams(settings)[0]?.secure?.();
}

test('keeps the order of the replicas, each with its protocol', () => {
  const endpoints = [
    { kind: 'tls', host: 'control', port: 443 },
    { kind: 'plaintext', host: '10.0.0.2', port: 18_000 },
    { kind: 'unix', path: '/run/ads.sock' },
  ] as const;
  const all = upstreams({ ...NOTHING, endpoints });
  expect(all.map(({ address }) => address)).toEqual([
    { host: 'control', port: 443 },
    { host: '10.0.0.2', port: 18_000 },
    { path: '/run/ads.sock' },
  ]);
  expect(all.map(({ secure }) => secure !== undefined)).toEqual([true, false, false]);
});

test('files are read again for each connection', () => {
  const token = file('DAYBREAK_XDS_TOKEN_FILE', 'first\n');
  const settings = { ...SECURE, token };
  expect(connect(settings)?.headers).toEqual({ authorization: 'Bearer first' });
  const [upstream] = upstreams(settings);
  writeFileSync(token.path, '');
  expect(() => upstream?.secure?.()).toThrow(
    `DAYBREAK_XDS_TOKEN_FILE=${token.path} cannot be used (the file is empty)`,
  );
  writeFileSync(token.path, 'second');
  expect(upstream?.secure?.().headers).toEqual({ authorization: 'Bearer second' });
});

test('an agent that waits for its certificate reads no files, and opens no connection', async () => {
  let connections = 0;
  const server = createServer(() => void (connections += 1)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ca = file('DAYBREAK_XDS_CA', (await selfSigned()).cert);
  const endpoints = [{ kind: 'tls', host: '127.0.0.1', port }] as const;
  const [upstream] = upstreams({ ...NOTHING, endpoints, ca }, { current: () => undefined });
  rmSync(ca.path);
  expect(() => upstream?.secure?.()).toThrow('waits for its certificate');
  await expect(upstream?.reach?.(new AbortController().signal)).rejects.toThrow('waits for its certificate');
  server.close();
  await once(server, 'close');
  expect(connections).toBe(0);
});

test('texts are used as they are', async () => {
  const { cert, key } = await selfSigned();
  const text = (setting: string, content: string): Source => ({ kind: 'text', setting, text: content });
  const secure = connect({
    ...SECURE,
    ca: text('DAYBREAK_XDS_CA', cert),
    certificate: { cert: text('DAYBREAK_XDS_CERT', cert), key: text('DAYBREAK_XDS_KEY', key) },
    token: text('DAYBREAK_XDS_TOKEN', 'abc'),
  });
  const pem = [cert, cert, key].map((each) => Buffer.from(each));
  expect(secure).toEqual({
    tls: { ca: pem[0], cert: pem[1], key: pem[2] },
    headers: { authorization: 'Bearer abc' },
  });
});

test('a text with the key of another certificate is an error that names the variable only', async () => {
  const [{ cert }, { key }] = [await selfSigned(), await selfSigned()];
  const certificate = {
    cert: { kind: 'text', setting: 'DAYBREAK_XDS_CERT', text: cert },
    key: { kind: 'text', setting: 'DAYBREAK_XDS_KEY', text: key },
  } as const;
  const make = () => connect({ ...SECURE, certificate });
  expect(make).toThrow(/^DAYBREAK_XDS_CERT cannot be used \(.*key values mismatch\)$/);
});

describe('an error names the unusable file and its variable', () => {
  test.each<[string, () => Partial<XdsSettings>, RegExp]>([
    [
      'no token',
      () => ({ token: file('DAYBREAK_XDS_TOKEN_FILE') }),
      /^DAYBREAK_XDS_TOKEN_FILE=.*_FILE cannot be used \(ENOENT/,
    ],
    [
      'a token of two lines',
      () => ({ token: file('DAYBREAK_XDS_TOKEN_FILE', 'a\nb') }),
      /^DAYBREAK_XDS_TOKEN_FILE=.*_FILE cannot be used \(not a token, one line/,
    ],
    [
      'no authorities',
      () => ({ ca: file('DAYBREAK_XDS_CA_FILE', '') }),
      /^DAYBREAK_XDS_CA_FILE=.*_FILE cannot be used \(the file is empty\)/,
    ],
    [
      'a certificate without its key',
      () => ({
        certificate: { cert: file('DAYBREAK_XDS_CERT_FILE', 'c'), key: file('DAYBREAK_XDS_KEY_FILE') },
      }),
      /^DAYBREAK_XDS_KEY_FILE=.*_FILE cannot be used \(ENOENT/,
    ],
  ])('%s', (_, settings, message) => {
    const make = () => connect({ ...SECURE, ...settings() });
    expect(make).toThrow(AgentError);
    expect(make).toThrow(message);
  });
});
