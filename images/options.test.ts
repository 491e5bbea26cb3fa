import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { ENVOY, readOptions } from './options.ts';

const { version } = manifest;

const NAMES = ['envoy', 'envoy-slim', 'proxy-route-manager', 'controlplane', 'color'];

function build(...args: readonly string[]) {
  const options = readOptions(args);
  if (options.kind !== 'build') throw new Error(`it is to build, not to ${options.kind}`);
  return options.build;
}

test('without arguments it builds all images from the Envoy that is tested', async () => {
  const { images, envoy } = build();
  expect(images.map(({ reference }) => reference)).toEqual(
    NAMES.map((name) => `daybreak-${name}:${version}`),
  );
  expect(envoy).toEqual({ kind: 'release', version: ENVOY });
  const setup = await readFile(join(import.meta.dirname, '../scripts/install/envoy.mjs'), 'utf8');
  expect(/CURRENT = \{ version: '(.*?)'/.exec(setup)?.[1]).toBe(ENVOY);
});

test('names, tags and targets', () => {
  const { images } = build(
    '--name',
    'example.com/mesh',
    '--tag',
    'x',
    '--only',
    'controlplane',
    '--only',
    'envoy',
  );
  expect(images.map(({ reference }) => reference)).toEqual([
    'example.com/mesh-envoy:x',
    'example.com/mesh-controlplane:x',
  ]);
});

test.each([
  ['1.40.1', { kind: 'release', version: '1.40.1' }],
  ['v1.40.1', { kind: 'release', version: '1.40.1' }],
  [
    'envoyproxy/envoy:v1.40.1',
    { kind: 'image', reference: 'envoyproxy/envoy:v1.40.1', path: '/usr/local/bin/envoy' },
  ],
  ['envoy', { kind: 'image', reference: 'envoy', path: '/usr/local/bin/envoy' }],
  ['./envoy', { kind: 'file', file: './envoy' }],
  ['/opt/envoy', { kind: 'file', file: '/opt/envoy' }],
])('--envoy %s', (text, source) => {
  expect(build('--envoy', text).envoy).toEqual(source);
});

test('staging, help, and values that are not allowed', () => {
  expect(readOptions(['--stage', 'tree'])).toEqual({ kind: 'stage', folder: 'tree' });
  expect(readOptions(['--help'])).toEqual({ kind: 'help' });
  expect(() => readOptions(['--only', 'agent'])).toThrow(`--only agent: it is one of ${NAMES.join(', ')}`);
  expect(() => readOptions(['--arch', 'x64'])).toThrow('--arch x64: it is one of amd64, arm64');
  expect(() => readOptions(['--xds-ca', 'ca.pem'])).toThrow('--xds-ca: it needs --xds-endpoint');
  expect(() => readOptions(['--registry', 'x'])).toThrow("Unknown option '--registry'");
  expect(() => readOptions(['envoy'])).toThrow("Unexpected argument 'envoy'");
});
