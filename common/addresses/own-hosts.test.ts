import { describe, expect, it, test } from 'vitest';
import { hostNames, isOwnHost, isOwnOrigin } from './own-hosts.ts';

describe('a host of this program', () => {
  const hosts = { names: ['mesh.example.com', 'box'], pattern: /^api\.[a-z]+\.example$/ };
  it.each([
    'localhost',
    'LOCALHOST:8080',
    'api.localhost',
    '127.0.0.1:8080',
    '10.0.0.5',
    '[::1]:8080',
    '[fd00::1]',
    'box:8080',
    'Mesh.Example.com',
    'mesh.example.com.:443',
    'API.blue.example:443',
  ])('%s', (host) => {
    expect(isOwnHost(host, hosts)).toBe(true);
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    'api.blue.example.evil',
    '127.0.0.1.evil.example',
    'mesh.example.com.evil',
    '',
    'a b',
    '[::1].evil:8080',
  ])('not %j', (host) => {
    expect(isOwnHost(host, hosts)).toBe(false);
  });
});

test.each<[string | undefined, string, boolean]>([
  [undefined, 'localhost:8080', true],
  ['http://localhost:8080', 'localhost:8080', true],
  ['https://mesh.example.com', 'mesh.example.com', true],
  ['https://mesh.example.com', 'mesh.example.com:443', true],
  ['http://localhost:8081', 'localhost:8080', false],
  ['https://evil.example', 'localhost:8080', false],
  ['null', 'localhost:8080', false],
  ['', 'localhost:8080', false],
  ['file://', '', false],
])('a page of %s may call %s: %s', (origin, host, may) => {
  expect(isOwnOrigin(origin, host)).toBe(may);
});

test('parses host names', () => {
  expect(hostNames('mesh.example.com,mesh')).toEqual({ value: ['mesh.example.com', 'mesh'] });
  for (const wrong of ['mesh:8080', 'a,,b', 'http://a', ''])
    expect(hostNames(wrong)).toHaveProperty('wanted');
});
