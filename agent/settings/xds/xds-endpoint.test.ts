import { expect, test } from 'vitest';
import { xdsEndpoint } from './xds-endpoint.ts';

test.each([
  ['mesh.example.com:443', { kind: 'tls', host: 'mesh.example.com', port: 443 }],
  ['10.0.0.2:18000', { kind: 'tls', host: '10.0.0.2', port: 18_000 }],
  ['[fd00::2]:18000', { kind: 'tls', host: 'fd00::2', port: 18_000 }],
  ['http://mesh:18000', { kind: 'plaintext', host: 'mesh', port: 18_000 }],
  ['http://127.0.0.1:18000/', { kind: 'plaintext', host: '127.0.0.1', port: 18_000 }],
  ['http://[::1]:18000', { kind: 'plaintext', host: '::1', port: 18_000 }],
  ['unix:///run/mesh/ads.sock', { kind: 'unix', path: '/run/mesh/ads.sock' }],
] as const)('%s', (text, endpoint) => {
  expect(xdsEndpoint(text)).toEqual({ value: endpoint });
});

test.each([
  'mesh.example.com',
  'mesh.example.com:0',
  'mesh.example.com:65536',
  'https://mesh.example.com:443',
  'http://mesh.example.com',
  'http://mesh.example.com:80/path',
  'http://user@mesh.example.com:80',
  'unix://relative',
  'unix:///',
  'fd00::2:18000',
  'a b:1',
])('%j is refused', (text) => {
  expect(xdsEndpoint(text)).toHaveProperty('wanted');
});
