import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AgentError } from '../errors.ts';
import { upstreams } from './upstreams.ts';
import type { XdsSettings } from '../settings/xds-settings.ts';

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
  const tokenFile = file('token', 'first\n');
  const settings = { ...SECURE, tokenFile };
  expect(connect(settings)?.headers).toEqual({ authorization: 'Bearer first' });
  const [upstream] = upstreams(settings);
  writeFileSync(tokenFile, '');
  expect(() => upstream?.secure?.()).toThrow(
    `DAYBREAK_XDS_TOKEN_FILE=${tokenFile} cannot be used (the file is empty)`,
  );
  writeFileSync(tokenFile, 'second');
  expect(upstream?.secure?.().headers).toEqual({ authorization: 'Bearer second' });
});

describe('an error names the unusable file and its variable', () => {
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
      /^DAYBREAK_XDS_CA_FILE=.*ca cannot be used \(the file is empty\)/,
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
