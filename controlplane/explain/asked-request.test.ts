import { expect, test } from 'vitest';
import { askedRequest, type HeaderLine } from './asked-request.ts';
import type { Protocol } from './request.ts';

test.each([
  ['http://h', { authority: 'h', port: 80, target: '/', tls: false }],
  ['HTTPS://User@H.Com:8443?q#f', { authority: 'H.Com:8443', port: 8443, target: '/?q', tls: true }],
  ['http://h:80/a', { authority: 'h', port: 80 }],
  ['http://h:081/a', { authority: 'h:81', port: 81 }],
  ['http://bücher.example/', { authority: 'xn--bcher-kva.example', serverName: 'xn--bcher-kva.example' }],
  ['http://[::1]:9080/', { authority: '[::1]:9080', port: 9080 }],
  ['http://h/a/../b//c/%2e', { target: '/a/../b//c/%2e' }],
  ['http://h/a b?c=é#d', { target: '/a%20b?c=%C3%A9' }],
])('%s', (url, parts) => {
  expect(askedRequest('GET', url, [])).toMatchObject(parts);
});

test('headers keep their order and their lines; Host overrides the URL', () => {
  const lines: readonly HeaderLine[] = [
    ['X-Multi', ' a '],
    ['Host', 'H'],
    ['x-multi', 'b'],
    ['host', 'I'],
  ];
  expect(askedRequest('GET', 'http://h/', lines)).toMatchObject({
    authority: 'H,I',
    headers: [
      ['x-multi', 'a'],
      ['x-multi', 'b'],
    ],
  });
});

test.each<[string, string, readonly HeaderLine[], Protocol, string]>([
  ['GET', 'ftp://x/', [], 'HTTP/1.1', 'URL "ftp://x/": it has to be absolute, http:// or https://'],
  ['GET', '/x', [], 'HTTP/1.1', 'URL "/x": it has to be absolute'],
  ['GET', 'http:x', [], 'HTTP/1.1', 'URL "http:x": it has to be absolute'],
  ['G T', 'http://x/', [], 'HTTP/1.1', 'method "G T": it has to be one word'],
  ['GET', 'http://x/', [[':path', '/']], 'HTTP/1.1', 'header ":path": a name is letters, digits and hyphens'],
  ['GET', 'http://x/', [['x', 'a\nb']], 'HTTP/1.1', 'header x: its value holds a line break'],
  [
    'GET',
    'http://x/',
    [
      ['host', 'a'],
      ['host', 'b'],
    ],
    'HTTP/2',
    'header Host: HTTP/2 has one authority',
  ],
])('%s %s %j over %s is rejected', (method, url, headers, protocol, named) => {
  expect(() => askedRequest(method, url, headers, protocol)).toThrow(named);
});
