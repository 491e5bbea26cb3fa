import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { GATEWAY, HTTP2, LIMITED, NARROW, OTHER, SHARED } from './testing/models/http-edges.ts';
import { bodyOf, message, openEdges, planned, WAYS, type Edges } from './testing/http-edges-scene.ts';

// Unusual HTTP of real applications, through two Envoys, or three with a gateway.

describe.each(ENVOYS)('%s', (variable) => {
  let edges: Edges;

  beforeAll(async () => {
    edges = await openEdges(variable);
  });
  afterAll(() => edges?.scene.close());

  describe.each(['mesh', 'outside', 'gateway'] as const)('%s', (way) => {
    const { host } = WAYS[way];

    test.each([
      ['with a Host', [`Host: ${host}`], host],
      ['without a Host', [], 'localhost'],
    ])('a request of HTTP/1.0 %s is answered', async (_, lines, seen) => {
      const answer = await edges.raw(way, message('GET /a HTTP/1.0', ...lines));
      expect(answer).toMatch(/^HTTP\/1\.0 200 OK\r\n/);
      expect(bodyOf(answer)).toContain(`host: ${way === 'gateway' ? 'server.local' : seen}\r\n`);
    });

    test('150 header lines and 90 kB of them pass in a request', async () => {
      const lines = Array.from({ length: 150 }, (_, at) => `x-line-${at}: v`);
      expect(bodyOf(await edges.get(way, ...lines))).toContain('\r\nx-line-149: v\r\n');
      const long = 'l'.repeat(90_000);
      expect(bodyOf(await edges.get(way, `x-long: ${long}`))).toContain(long);
    });

    test('150 header lines and 90 kB of them pass in an answer', async () => {
      expect(await edges.get(way, 'x-lines: 150')).toContain('\r\nx-line-149: v\r\n');
      expect(await edges.get(way, 'x-bytes: 90000')).toContain(`\r\nx-long: ${'l'.repeat(90_000)}\r\n`);
    });

    test('the Server header is that of the application', async () => {
      expect(await edges.get(way)).toContain(`\r\nserver: ${way === 'outside' ? 'other' : 'server'}\r\n`);
    });

    test('trailers pass in a request and in an answer', async () => {
      const head = ['POST /a HTTP/1.1', `Host: ${host}`, 'Connection: close', 'Transfer-Encoding: chunked'];
      const sent = await edges.raw(way, `${message(...head)}3\r\nabc\r\n0\r\nX-Up: w\r\n\r\n`);
      expect(sent).toMatch(/\r\n3\r\nabc\r\n0\r\nx-up: w\r\n\r\n$/);
      const answer = message('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked');
      const got = await edges.get(way, planned(`${answer}2\r\nok\r\n0\r\nX-Down: v\r\n\r\n`));
      expect(got).toMatch(/\r\n2\r\nok\r\n0\r\nx-down: v\r\n\r\n$/);
    });

    test('a Content-Length header beside chunked encoding is ignored, in a request and in an answer', async () => {
      const both = ['Content-Length: 3', 'Transfer-Encoding: chunked'];
      const chunks = '2\r\nok\r\n0\r\n\r\n';
      const head = message('POST /a HTTP/1.1', `Host: ${host}`, 'Connection: close', ...both);
      expect(bodyOf(await edges.raw(way, `${head}${chunks}`))).toMatch(/\r\n\r\n2\r\nok\r\n0\r\n\r\n$/);
      const got = await edges.get(way, planned(`${message('HTTP/1.1 200 OK', ...both)}${chunks}`));
      expect(got).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n2\r\nok\r\n0\r\n\r\n$/);
    });

    test('an upgrade to a protocol other than WebSocket is ignored', async () => {
      const answer = await edges.raw(
        way,
        message('GET /a HTTP/1.1', `Host: ${host}`, 'Connection: upgrade, close', 'Upgrade: foo'),
      );
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(bodyOf(answer)).not.toContain('upgrade');
    });

    test('the application decides about Expect: 100-continue, and its early hints pass', async () => {
      expect(bodyOf(await edges.get(way, 'Expect: 100-continue'))).toContain('expect: 100-continue\r\n');
      const hints = `${message('HTTP/1.1 103 Early Hints', 'Link: </a>')}${message('HTTP/1.1 200 OK', 'Content-Length: 0')}`;
      const got = await edges.get(way, planned(hints));
      expect(got).toMatch(/^HTTP\/1\.1 103 [^]*\r\nlink: <\/a>\r\n[^]*\r\nHTTP\/1\.1 200 OK\r\n/);
    });
  });

  describe('WebSocket', () => {
    test.each([
      ['client', `ws://server.local:${HTTP2}/`, 1],
      ['client', `ws://server.local:${HTTP2}/`, 2],
      ['client', `ws://other.local:${OTHER}/`, 1],
      ['outside', `ws://door.local:${GATEWAY.http2}/`, 1],
      ['outside', `ws://door.local:${GATEWAY.http2}/plain`, 1],
      ['outside', `ws://door.local:${GATEWAY.http2}/plain`, 2],
      ['outside', `ws://door.local:${GATEWAY.http2}/`, 2],
    ] as const)('from %s to %s by HTTP/%i', async (from, url, version) => {
      const outcome = await edges.scene.actors[from].caller.ask({
        kind: 'webSocket',
        url,
        version,
        say: 'hello',
      });
      expect(outcome).toMatchObject({ body: 'echo hello' });
    });
  });

  test('services of http, http2 and grpc work on one port, each in its protocol', async () => {
    const { caller } = edges.scene.actors.client;
    const http = await caller.ask({ kind: 'http', url: `http://http.local:${SHARED}/` });
    expect(http).toMatchObject({ status: 200, headers: { server: 'server' } });
    const http2 = await caller.ask({ kind: 'http', url: `http://http2.local:${SHARED}/` });
    expect(JSON.parse(http2.body ?? '')).toMatchObject({ port: HTTP2, version: '2.0' });
    const path = '/test.Colors/Red';
    const address = `grpc.local:${SHARED}`;
    const grpc = await caller.ask({ kind: 'grpc', address, authority: 'grpc.local', path });
    expect(grpc).toMatchObject({ status: 0 });
  });

  test('a Host with a trailing dot equals the host without it', async () => {
    const { host, port } = WAYS.outside;
    const ask = message('GET /a HTTP/1.1', 'Host: http.local.', 'Connection: close');
    // To an address outside the mesh, so that only the name selects the server.
    const answer = await edges.raw('outside', ask, { host, port: SHARED });
    expect(answer).toContain('\r\nserver: server\r\n');
    expect(bodyOf(answer)).toContain('host: http.local\r\n');
    expect(port).not.toBe(SHARED);
  });

  test.each(
    LIMITED,
  )('$protocol: 1,000 requests at once to an application that accepts $limit streams per connection', async ({
    protocol,
    port,
  }) => {
    const address = `once.local:${port}`;
    const grpc = protocol === 'grpc';
    const burst = { kind: 'burst', address, authority: 'once.local', count: 1000, grpc } as const;
    const { body = '', error } = await edges.scene.actors.client.caller.ask(burst);
    expect({ error, ...JSON.parse(body) }).toEqual({ error: undefined, [grpc ? 0 : 200]: 1000 });
  });

  test('connections to an application with a full accept queue are made once it has room', async () => {
    const ask = (path: string) =>
      edges.scene.actors.client.caller.ask({ kind: 'http', url: `http://once.local:${NARROW}${path}` });
    const all = await Promise.all([ask('/busy'), ...Array.from({ length: 12 }, () => ask('/'))]);
    expect(all.map(({ status, error }) => error ?? status)).toEqual(all.map(() => 200));
  });

  describe('headers about the caller', () => {
    const FORWARDED = ['X-Forwarded-For: 192.0.2.1', 'X-Forwarded-Proto: https', 'X-Request-Id: chosen'];
    const seenBy = async (way: 'mesh' | 'gateway', path: string, ...lines: readonly string[]) => {
      const { host } = WAYS[way];
      return bodyOf(
        await edges.raw(way, message(`GET ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...lines)),
      );
    };

    test('a gateway appends the address to X-Forwarded-For once, and keeps the load balancer’s X-Forwarded-Proto', async () => {
      const { address } = edges.scene.actors.outside.host;
      const seen = await seenBy('gateway', '/a', ...FORWARDED);
      expect(seen).toContain(`\r\nx-forwarded-for: 192.0.2.1,${address}\r\n`);
      expect(seen).toContain('\r\nx-forwarded-proto: https\r\n');
      expect(seen).toContain('\r\nx-request-id: chosen\r\n');
      expect(await seenBy('gateway', '/a')).toContain(`\r\nx-forwarded-for: ${address}\r\n`);
      expect(await seenBy('gateway', '/a')).toContain('\r\nx-forwarded-proto: http\r\n');
    });

    test('a gateway that rewrites the host forwards the original host', async () => {
      const seen = await seenBy('gateway', '/a');
      expect(seen).toContain('\r\nhost: server.local\r\n');
      expect(seen).toContain('\r\nx-forwarded-host: door.local\r\n');
      expect(seen).toContain('\r\nx-envoy-original-host: door.local\r\n');
      const kept = await seenBy('gateway', '/kept/a');
      expect(kept).toContain('\r\nhost: door.local\r\n');
      expect(kept).not.toMatch(/x-forwarded-host|x-envoy-original-host/);
    });

    test.each([
      'gateway',
      'mesh',
    ] as const)('%s: no caller is treated as internal to the mesh', async (way) => {
      const said = ['x-envoy-retry-on: 5xx', 'x-envoy-internal: true'];
      expect(await seenBy(way, '/a', ...said)).not.toMatch(/x-envoy-internal|x-envoy-retry-on/);
      const seen = await seenBy(way, '/a', 'X-Forwarded-For: 10.0.0.1', ...said);
      expect(seen).not.toMatch(/x-envoy-internal|x-envoy-retry-on/);
    });

    test('a sidecar leaves both headers unchanged', async () => {
      const seen = await seenBy('mesh', '/a', ...FORWARDED);
      expect(seen).toContain('\r\nx-forwarded-for: 192.0.2.1\r\n');
      expect(seen).toContain('\r\nx-forwarded-proto: https\r\n');
      expect(seen).not.toContain('x-forwarded-host');
      expect(await seenBy('mesh', '/a')).not.toContain('x-forwarded-for');
    });
  });
});
