import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ChannelCredentials } from '@grpc/grpc-js';
import { AgentError } from './errors.ts';
import { upstreams } from './upstreams.ts';
import type { XdsSettings } from './xds-settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-upstreams-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const NOTHING = { caFile: undefined, certificate: undefined, tokenFile: undefined };
const SECURE: XdsSettings = { endpoints: [{ kind: 'tls', host: 'control', port: 443 }], ...NOTHING };

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The credentials of the first upstream, made anew as for each connection. */
function connect(settings: XdsSettings): ChannelCredentials | undefined {
  const [first] = upstreams(settings);
  return typeof first?.credentials === 'function' ? first.credentials() : first?.credentials;
}

test('replicas in their order, each as it is spoken to', () => {
  const endpoints = [
    { kind: 'tls', host: 'control', port: 443 },
    { kind: 'plaintext', host: '10.0.0.2', port: 18_000 },
    { kind: 'unix', path: '/run/ads.sock' },
  ] as const;
  const all = upstreams({ ...NOTHING, endpoints });
  expect(all.map(({ target }) => target)).toEqual([
    'dns:///control:443',
    'ipv4:10.0.0.2:18000',
    'unix:/run/ads.sock',
  ]);
  expect(all.map(({ credentials }) => typeof credentials)).toEqual(['function', 'object', 'object']);
});

test('files are read again for each connection', () => {
  const tokenFile = file('token', 'first\n');
  const settings = { ...SECURE, tokenFile };
  const [upstream] = upstreams(settings);
  const again = upstream?.credentials as () => ChannelCredentials;
  expect(again()).toBeInstanceOf(ChannelCredentials);
  writeFileSync(tokenFile, '');
  expect(again).toThrow(`DAYBREAK_XDS_TOKEN_FILE=${tokenFile} cannot be used (it is empty)`);
  writeFileSync(tokenFile, 'second');
  expect(again()).toBeInstanceOf(ChannelCredentials);
});

describe('a file that cannot be used is named, with its variable', () => {
  test.each<[string, () => Partial<XdsSettings>, RegExp]>([
    [
      'no token',
      () => ({ tokenFile: join(folder, 'none') }),
      /^DAYBREAK_XDS_TOKEN_FILE=.*none cannot be used \(ENOENT/,
    ],
    [
      'a token of two lines',
      () => ({ tokenFile: file('token', 'a\nb') }),
      /^DAYBREAK_XDS_TOKEN_FILE=.*token cannot be used/,
    ],
    [
      'no authorities',
      () => ({ caFile: file('ca', '') }),
      /^DAYBREAK_XDS_CA_FILE=.*ca cannot be used \(it is empty\)/,
    ],
    [
      'a certificate without its key',
      () => ({ certificate: { certFile: file('cert', 'c'), keyFile: join(folder, 'none') } }),
      /^DAYBREAK_XDS_KEY_FILE=.*none cannot be used \(ENOENT/,
    ],
  ])('%s', (_, settings, message) => {
    const make = () => connect({ ...SECURE, ...settings() });
    expect(make).toThrow(AgentError);
    expect(make).toThrow(message);
  });
});
