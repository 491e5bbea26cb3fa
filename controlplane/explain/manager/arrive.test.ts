import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { HttpConnectionManagerSchema } from '#envoy/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts';
import { releaseOf, type Release } from '../release.ts';
import type { IncomingRequest } from '../request.ts';
import { arrive, type Arrival } from './arrive.ts';
import { managerSettings } from './settings.ts';

const CURRENT = releaseOf('1.40.0') as Release;
const OLDEST = releaseOf('1.37.0') as Release;

const SETTINGS = managerSettings(
  create(HttpConnectionManagerSchema, {
    normalizePath: true,
    mergeSlashes: true,
    stripTrailingHostDot: true,
  }),
);

const REQUEST: IncomingRequest = {
  protocol: 'HTTP/1.1',
  method: 'GET',
  scheme: 'http',
  tls: false,
  authority: 'h',
  target: '/',
  headers: [],
};

const arrived = (parts: Partial<IncomingRequest>, release = CURRENT): Arrival =>
  arrive({ ...REQUEST, ...parts }, SETTINGS, release, 80);

test.each([
  ['/a//b/../c/./d', '/a/c/d'],
  ['/..', '/'],
  ['/a/..', '/'],
  ['/a/.', '/a/'],
  ['//', '//'],
  ['/%41%2f%7B{"', '/A%2f%7B%7B%22'],
  [String.raw`/a\b`, '/a/b'],
  ['/a/%2e%2e/b?c=//../d', '/b?c=//../d'],
])('the path %s is routed as %s', (target, routed) => {
  expect(arrived({ target })).toMatchObject({ request: { target: routed } });
});

test('recent releases treat a dot segment with a parameter as a dot segment', () => {
  expect(arrived({ target: '/a/..;x=1/b' })).toMatchObject({ request: { target: '/b' } });
  expect(arrived({ target: '/a/..;x=1/b' }, OLDEST)).toMatchObject({ request: { target: '/a/..;x=1/b' } });
});

test('a trailing dot is removed from the host', () => {
  expect(arrived({ authority: 'h.' })).toMatchObject({ request: { authority: 'h' } });
  expect(arrived({ authority: 'h.:80' })).toMatchObject({ request: { authority: 'h:80' } });
  expect(arrived({ authority: 'a.b:80' })).toMatchObject({ request: { authority: 'a.b:80' } });
});

test.each<[Partial<IncomingRequest>, string]>([
  [{ method: 'FOO' }, 'it takes no method FOO over HTTP/1.1'],
  [{ authority: 'a b' }, '"a b" is not a host'],
  [{ target: '/%00' }, 'its path holds an encoded NUL'],
  [{ headers: [['connection', 'x-forwarded-for']] }, 'Connection names x-forwarded-for'],
  [{ headers: [['connection', 'a,b,c,d,e,f,g,h,i,j']] }, 'Connection names more than 9'],
  [{ method: 'QUERY' }, 'QUERY needs a content type'],
])('%j is answered with 400', (parts, why) => {
  expect(arrived(parts)).toEqual({ kind: 'refused', outcome: { kind: 'answered', status: 400, why } });
});

test.each<[Partial<IncomingRequest>, string]>([
  [{ authority: '' }, '"" is not an authority'],
  [{ headers: [['connection', 'close']] }, 'HTTP/2 forbids connection'],
  [{ headers: [['te', 'gzip']] }, 'HTTP/2 forbids te'],
])('%j over HTTP/2 is closed', (parts, why) => {
  expect(arrived({ ...parts, protocol: 'HTTP/2' })).toEqual({
    kind: 'refused',
    outcome: { kind: 'closed', why },
  });
});

test('CONNECT has no path', () => {
  const { request } = arrived({ method: 'CONNECT' }) as Extract<Arrival, { kind: 'routed' }>;
  expect(request.target).toBeUndefined();
});
