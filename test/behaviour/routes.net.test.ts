import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { isByChance } from '../lab/net/share.ts';
import { until } from '../lab/until.ts';
import { seenIn, type Outcome } from './testing/callers/caller.ts';
import {
  A,
  B,
  C,
  GRPC,
  GRPC_TARGETS,
  HTTP,
  HTTP2,
  HTTP2_TARGETS,
  inputs,
  REST,
  TARGETS,
  TCP,
  TCP_TARGETS,
} from './testing/models/routes.ts';
import { openScene, type Scene } from './testing/scene.ts';

// The destinations of requests, as seen by the app.

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<'client' | 'app'>;

  beforeAll(async () => {
    scene = await openScene('routes', variable, {
      inputs: (logs) => inputs(join(logs('client'), 'access')),
      hosts: {
        app: { app: { http: TARGETS, http2: HTTP2_TARGETS, grpc: GRPC_TARGETS, tcp: TCP_TARGETS } },
        client: { resource: 'mesh/m/virtualNode/client' },
      },
    });
  });
  afterAll(() => scene?.close());

  type Request = { method?: string; headers?: Readonly<Record<string, string>>; port?: number };

  const ask = (name: string, path: string, { port = HTTP, headers = {}, method }: Request = {}) =>
    scene.actors.client.caller.ask({
      kind: 'http',
      url: `http://${scene.actors.app.host.address}:${port}${path}`,
      headers: { host: `${name}.local`, ...headers },
      ...(method === undefined ? {} : { method }),
    });

  /** The target port that a request reached, or its status. */
  const reached = (outcome: Outcome): number =>
    outcome.status === 200 ? seenIn(outcome).port : (outcome.status ?? 0);

  const withA = (value: string): Request => ({ headers: { 'x-a': value } });

  test.each<[string, string, Request, number]>([
    ['paths', '/prefix', {}, A],
    ['paths', '/prefixed', {}, A],
    ['paths', '/Prefix', {}, 404],
    ['paths', '/prefix/exact', {}, B],
    ['paths', '/prefix/exact?with=query', {}, B],
    ['paths', '/prefix/exactly', {}, A],
    ['paths', '/prefix/42', {}, C],
    ['paths', '/prefix/42a', {}, A],
    ['paths', '/', {}, 404],
    ['exactly', '/', withA('v'), A],
    ['exactly', '/', withA('V'), REST],
    ['exactly', '/', withA('vv'), REST],
    ['exactly', '/', {}, REST],
    ['prefixed', '/', withA('vw'), A],
    ['prefixed', '/', withA('wv'), REST],
    ['suffixed', '/', withA('wv'), A],
    ['suffixed', '/', withA('vw'), REST],
    ['expressed', '/', withA('v12'), A],
    ['expressed', '/', withA('v12x'), REST],
    ['ranged', '/', withA('1'), A],
    ['ranged', '/', withA('4'), A],
    ['ranged', '/', withA('5'), REST],
    ['ranged', '/', withA('0'), REST],
    ['ranged', '/', withA('two'), REST],
    ['present', '/', withA('anything'), A],
    ['present', '/', {}, REST],
    ['inverted', '/', withA('w'), A],
    ['inverted', '/', withA('v'), REST],
    ['absent', '/', {}, A],
    ['absent', '/', withA('v'), REST],
    ['every', '/', { method: 'POST', headers: { 'x-a': 'v', 'x-b': '' } }, A],
    ['every', '/', { method: 'GET', headers: { 'x-a': 'v', 'x-b': '1' } }, REST],
    ['every', '/', { method: 'POST', headers: { 'x-a': 'v' } }, REST],
    ['posted', '/', { method: 'POST' }, A],
    ['posted', '/', { method: 'PUT' }, REST],
    ['queried', '/?q=v', {}, A],
    ['queried', '/?a=b&q=v', {}, A],
    ['queried', '/?q=w', {}, B],
    ['queried', '/?r=v', {}, REST],
    ['ports', '/', { port: HTTP }, A],
    ['ports', '/', { port: 90 }, B],
    ['ordered', '/tie', {}, A],
    ['ordered', '/first/long', {}, A],
    ['ordered', '/second', {}, B],
    ['ordered', '/lengthy', {}, B],
    ['ordered', '/lend', {}, A],
    ['ordered', '/order/b', {}, A],
    ['ordered', '/elsewhere', {}, REST],
    ['none', '/', {}, B],
    ['nothing', '/', {}, 404],
  ])('%s: a request for %s with %j gets to %i', async (name, path, request, target) => {
    expect(reached(await ask(name, path, request))).toBe(target);
  });

  test('a route without a path on the port of its service is selected by the host among other services', async () => {
    expect(reached(await ask('unknown', '/'))).toBe(404);
    const { host } = seenIn(await ask('EXACTLY', '/', withA('v')));
    expect(host).toBe('EXACTLY.local');
    expect(reached(await ask('exactly', '/', { headers: { host: 'exactly.local:80', 'x-a': 'v' } }))).toBe(A);
  });

  test('weights 3 to 1 to 0: the shares are within the bounds that chance exceeds once in a million runs', async () => {
    const requests = 400;
    const counts = new Map<number, number>();
    for (let sent = 0; sent < requests; sent += 20) {
      const batch = await Promise.all(Array.from({ length: 20 }, () => ask('shares', '/')));
      for (const port of batch.map(reached)) counts.set(port, (counts.get(port) ?? 0) + 1);
    }
    expect(new Set(counts.keys())).toEqual(new Set([A, B]));
    expect(isByChance(counts.get(A) ?? 0, requests, 0.75)).toBe(true);
  });

  test.each([
    ['http', HTTP2_TARGETS[0]],
    ['https', HTTP2_TARGETS[1]],
  ])('HTTP/2: a request with scheme %s gets to %i', async (scheme, target) => {
    const outcome = await scene.actors.client.caller.ask({
      kind: 'http2',
      url: `http://${scene.actors.app.host.address}:${HTTP2}/`,
      headers: { ':authority': 'schemes.local', ':scheme': scheme },
    });
    expect(seenIn(outcome)).toMatchObject({ port: target, version: '2.0' });
  });

  test.each([
    ['/test.Colors/Red', {}, GRPC_TARGETS[0]],
    ['/test.Colors/Blue', {}, GRPC_TARGETS[1]],
    ['/test.Shapes/Square', {}, GRPC_TARGETS[3]],
    ['/test.Shapes/Square', { 'x-a': 'exactly' }, GRPC_TARGETS[2]],
    ['/test.Shapes/Square', { 'x-a': 'previous' }, GRPC_TARGETS[2]],
    ['/test.Shapes/Square', { 'x-a': 'outpost' }, GRPC_TARGETS[2]],
    ['/test.Shapes/Square', { 'x-a': 'abcab' }, GRPC_TARGETS[2]],
    ['/test.Shapes/Square', { 'x-a': '19' }, GRPC_TARGETS[2]],
    ['/test.Shapes/Square', { 'x-a': '20' }, GRPC_TARGETS[3]],
    ['/test.Shapes/Square', { 'x-a': 'other' }, GRPC_TARGETS[3]],
  ])('gRPC: %s with %j gets to %i', async (path, sent, target) => {
    const address = `${scene.actors.app.host.address}:${GRPC}`;
    const call = { kind: 'grpc', address, authority: 'calls.local', path, metadata: sent } as const;
    const { status, body } = await scene.actors.client.caller.ask(call);
    expect({ status, body }).toEqual({ status: 0, body: `app ${target} ${path}` });
  });

  test('TCP: the server speaks first, and weights of 80 to 20 divide the connections', async () => {
    const { host } = scene.actors.app;
    const call = { kind: 'tcp', host: host.address, port: TCP, say: 'hello', expect: 'hello' } as const;
    const bodies: string[] = [];
    for (let made = 0; made < 200; made += 20) {
      const batch = Array.from({ length: 20 }, () => scene.actors.client.caller.ask(call));
      for (const { body = '' } of await Promise.all(batch)) bodies.push(body);
    }
    const answers = TCP_TARGETS.map((port) => `app ${port}\nhello`);
    expect(new Set(bodies)).toEqual(new Set(answers));
    expect(isByChance(bodies.filter((body) => body === answers[0]).length, bodies.length, 0.8)).toBe(true);
  });

  test('the access log has text lines with the names of routes and clusters', async () => {
    await ask('paths', '/prefix/7?logged');
    await ask('unknown', '/logged');
    // Envoy flushes its log at 64 KiB, otherwise every 10 s.
    for (let sent = 0; sent < 3; sent += 1) await ask('unknown', `/${'x'.repeat(30_000)}`);
    const lines = await until(
      'lines in the log',
      async () => {
        const log = await readFile(join(scene.actors.client.host.folder, 'logs/access'), 'utf8');
        const logged = log.split('\n').filter((line) => line.includes('logged'));
        return logged.length === 2 && logged;
      },
      { limitMs: 120_000 },
    );
    expect(lines).toEqual([
      `GET /prefix/7?logged paths.local 200 regex cds_egress_m_app_http_${C}`,
      'GET /logged unknown.local 404 - -',
    ]);
  });
});
