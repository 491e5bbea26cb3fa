import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import type {
  GatewayRouteSpec,
  HttpGatewayRouteAction,
  HttpGatewayRouteMatch,
} from '../../controlplane/model/types.ts';
import { until } from '../lab/until.ts';
import { seenIn, type Ask } from './testing/callers/caller.ts';
import { inputsOf, on, type Input } from './testing/inputs.ts';
import { openScene, type Scene } from './testing/scene.ts';

// A virtual gateway: the route that matches a request, and the request as the app receives it. Each port of the app is a virtual service.

const HTTP = 8080;
/** Another listener of the gateway, for routes that name it. */
const SECOND = 8081;
const GRPC = 8082;

const [ONE, TWO, EIGHTY, NINETY] = [7001, 7002, 7003, 7004] as const;
const COLORS = 7201;
const SHAPES = 7202;

const is = inputsOf('m');

type Rewrite = HttpGatewayRouteAction['rewrite'];

const service = (virtualServiceName: string, port?: number): HttpGatewayRouteAction['target'] => ({
  virtualService: { virtualServiceName },
  ...(port === undefined ? {} : { port }),
});

function route(
  name: string,
  match: HttpGatewayRouteMatch,
  {
    rewrite,
    target = service('one.local'),
    priority,
  }: {
    rewrite?: NonNullable<Rewrite>;
    target?: HttpGatewayRouteAction['target'];
    priority?: number;
  } = {},
): Input {
  const spec: GatewayRouteSpec = {
    httpRoute: {
      match: { port: HTTP, ...match },
      action: { target, ...(rewrite === undefined ? {} : { rewrite }) },
    },
    ...(priority === undefined ? {} : { priority }),
  };
  return is.gatewayRoute('gateway', name, spec);
}

const HOST_KEPT = { hostname: { defaultTargetHostname: 'DISABLED' } } as const;
const two = { target: service('two.local') };

const routes: readonly Input[] = [
  route('cut', { prefix: '/cut/' }),
  route('bare', { prefix: '/bare' }),
  route('kept', { prefix: '/kept/' }, { rewrite: { prefix: { defaultPrefix: 'DISABLED' } } }),
  route('other', { prefix: '/other/' }, { rewrite: { prefix: { value: '/new/' } } }),
  route('exact', { path: { exact: '/exact' } }, { rewrite: { path: { exact: '/rewritten' } } }),
  route('plain', { path: { exact: '/plain' } }),
  route('regex', { path: { regex: '/re/[0-9]+' } }),
  route('hosted', { prefix: '/hosted/' }, { rewrite: HOST_KEPT, ...two }),
  route('asis', { prefix: '/asis/' }, { rewrite: { ...HOST_KEPT, prefix: { defaultPrefix: 'DISABLED' } } }),
  route('host', { prefix: '/', hostname: { exact: 'a.example.com' } }, two),
  route('suffix', { prefix: '/', hostname: { suffix: '.example.org' } }, two),
  route('plain-suffix', { prefix: '/', hostname: { suffix: 'example.net' } }, two),
  route('whole', { hostname: { exact: 'whole.example.com' } }, { rewrite: { path: { exact: '/whole' } } }),
  route('hyphen', { prefix: '/', hostname: { suffix: '-app.example.com' } }, two),
  route(
    'header',
    { prefix: '/on', headers: [{ name: 'x-a', match: { exact: 'v' } }] },
    { ...two, priority: 1 },
  ),
  route(
    'query',
    { prefix: '/on', queryParameters: [{ name: 'q', match: { exact: 'v' } }] },
    { ...two, priority: 2 },
  ),
  route('method', { prefix: '/on', method: 'POST' }, { ...two, priority: 3 }),
  route('on', { prefix: '/on' }, { priority: 4 }),
  route('eighty', { prefix: '/eighty/' }, { target: service('many.local', EIGHTY) }),
  route('ninety', { prefix: '/ninety/' }, { target: service('many.local', NINETY), rewrite: HOST_KEPT }),
  route('second', { prefix: '/second', port: SECOND }, two),
  route('long', { prefix: '/long/er' }, two),
  route('short', { prefix: '/long' }),
  is.gatewayRoute('gateway', 'calls', {
    priority: 2,
    grpcRoute: {
      match: { port: GRPC, serviceName: 'test.Colors' },
      action: { target: service('colors.local') },
    },
  }),
  is.gatewayRoute('gateway', 'calls-marked', {
    priority: 1,
    grpcRoute: {
      match: { port: GRPC, serviceName: 'test.Colors', metadata: [{ name: 'x-a', match: { prefix: 'v' } }] },
      action: { target: service('shapes.local'), rewrite: HOST_KEPT },
    },
  }),
  is.gatewayRoute('gateway', 'calls-by-host', {
    grpcRoute: {
      match: { port: GRPC, hostname: { exact: 'shapes.example.com' } },
      action: { target: service('shapes.local') },
    },
  }),
];

const node = (name: string, listeners: ReturnType<typeof on>[]): readonly Input[] => [
  is.node(name, { listeners, serviceDiscovery: { dns: { hostname: 'app' } } }),
  is.service(`${name}.local`, { node: name }),
];

const inputs = (log: string): readonly Input[] => [
  is.mesh(),
  ...node('one', [on(ONE, 'http')]),
  ...node('two', [on(TWO, 'http')]),
  ...node('many', [on(EIGHTY, 'http'), on(NINETY, 'http')]),
  ...node('colors', [on(COLORS, 'grpc')]),
  ...node('shapes', [on(SHAPES, 'grpc')]),
  is.gateway('gateway', {
    listeners: [
      { portMapping: { port: HTTP, protocol: 'http' } },
      { portMapping: { port: SECOND, protocol: 'http' } },
      { portMapping: { port: GRPC, protocol: 'grpc' } },
    ],
    logging: {
      accessLog: {
        file: {
          path: log,
          format: {
            json: [
              { key: 'path', value: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%' },
              { key: 'code', value: '%RESPONSE_CODE%' },
              { key: 'route', value: '%ROUTE_NAME%' },
              { key: 'cluster', value: '%UPSTREAM_CLUSTER%' },
            ],
          },
        },
      },
    },
  }),
  ...routes,
];

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<'app' | 'gateway' | 'outside'>;

  beforeAll(async () => {
    scene = await openScene('gateways', variable, {
      inputs: (logs) => inputs(join(logs('gateway'), 'access')),
      hosts: {
        app: { app: { http: [ONE, TWO, EIGHTY, NINETY], grpc: [COLORS, SHAPES] } },
        gateway: { dns: ['door.local'], resource: 'mesh/m/virtualGateway/gateway' },
        outside: {},
      },
    });
  });
  afterAll(() => scene?.close());

  type Request = { method?: string; headers?: Readonly<Record<string, string>>; port?: number };

  const ask = (path: string, { port = HTTP, headers = {}, method }: Request = {}) => {
    const request: Ask = {
      kind: 'http',
      url: `http://door.local:${port}${path}`,
      headers,
      ...(method === undefined ? {} : { method }),
    };
    return scene.actors.outside.caller.ask(request);
  };
  const door = `door.local:${HTTP}`;
  const withHost = (host: string): Request => ({ headers: { host } });

  test.each<[string, Request, { port: number; path: string; host: string }]>([
    ['/cut/a/b?c=d', {}, { port: ONE, path: '/a/b?c=d', host: 'one.local' }],
    ['/cut', {}, { port: ONE, path: '/', host: 'one.local' }],
    ['/bare/a', {}, { port: ONE, path: '/a', host: 'one.local' }],
    ['/kept/a', {}, { port: ONE, path: '/kept/a', host: 'one.local' }],
    ['/other/a', {}, { port: ONE, path: '/new/a', host: 'one.local' }],
    ['/exact?q=1', {}, { port: ONE, path: '/rewritten?q=1', host: 'one.local' }],
    ['/plain', {}, { port: ONE, path: '/plain', host: 'one.local' }],
    ['/re/7', {}, { port: ONE, path: '/re/7', host: 'one.local' }],
    ['/a/b?c=d', withHost('whole.example.com'), { port: ONE, path: '/whole?c=d', host: 'one.local' }],
    ['/hosted/a', {}, { port: TWO, path: '/a', host: door }],
    ['/hosted/a', withHost('one.local'), { port: TWO, path: '/a', host: 'one.local' }],
    ['/asis/a', {}, { port: ONE, path: '/asis/a', host: door }],
    ['/a', withHost('a.example.com'), { port: TWO, path: '/a', host: 'two.local' }],
    ['/a', withHost(`A.example.com:${HTTP}`), { port: TWO, path: '/a', host: 'two.local' }],
    ['/a', withHost('b.example.org'), { port: TWO, path: '/a', host: 'two.local' }],
    ['/a', withHost(`c.b.example.org:${HTTP}`), { port: TWO, path: '/a', host: 'two.local' }],
    ['/a', withHost('example.net'), { port: TWO, path: '/a', host: 'two.local' }],
    ['/a', withHost('b.example.net'), { port: TWO, path: '/a', host: 'two.local' }],
    ...['a.example.com', 'b.example.org', 'example.net', 'b.example.net', 'b-app.example.com'].flatMap(
      (host) =>
        ['', ':80', ':443', ':8443', '.'].map(
          (rest): [string, Request, { port: number; path: string; host: string }] => [
            '/a',
            withHost(`${host}${rest}`),
            { port: TWO, path: '/a', host: 'two.local' },
          ],
        ),
    ),
    ['/on', {}, { port: ONE, path: '/', host: 'one.local' }],
    ['/on', { headers: { 'x-a': 'v' } }, { port: TWO, path: '/', host: 'two.local' }],
    ['/on?q=v', {}, { port: TWO, path: '/?q=v', host: 'two.local' }],
    ['/on', { method: 'POST' }, { port: TWO, path: '/', host: 'two.local' }],
    ['/eighty/a', {}, { port: EIGHTY, path: '/a', host: 'many.local' }],
    ['/ninety/a', {}, { port: NINETY, path: '/a', host: door }],
    ['/second', { port: SECOND }, { port: TWO, path: '/', host: 'two.local' }],
    ['/long', {}, { port: ONE, path: '/', host: 'one.local' }],
    ['/long/er', {}, { port: TWO, path: '/', host: 'two.local' }],
  ])('%s with %j: the app sees %j', async (path, request, seen) => {
    const outcome = await ask(path, request);
    expect(seenIn(outcome)).toMatchObject(seen);
  });

  test.each<[string, Request]>([
    ['/nothing', {}],
    ['/re/x', {}],
    ['/plain/a', {}],
    ['/second', { port: HTTP }],
    ['/a', withHost('example.org')],
    ['/a', withHost('b.example.com')],
    ['/a', withHost('app.example.com')],
  ])('%s with %j matches no route', async (path, request) => {
    expect((await ask(path, request)).status).toBe(404);
  });

  test('a caller cannot set the headers that the gateway uses internally', async () => {
    const headers = { 'x-app-mesh-virtual-service': 'two.local' };
    expect(seenIn(await ask('/cut/a', { headers })).port).toBe(ONE);
    const seen = seenIn(
      await ask('/ninety/a', { headers: { 'x-app-mesh-virtual-service-port': `${EIGHTY}` } }),
    );
    expect(seen.port).toBe(NINETY);
    expect(seen.headers).not.toHaveProperty('x-app-mesh-virtual-service-port');
  });

  test.each([
    ['door.local', '/test.Colors/Red', {}, COLORS],
    ['door.local', '/test.Colors/Red', { 'x-a': 'vw' }, SHAPES],
    ['shapes.example.com', '/test.Shapes/Square', {}, SHAPES],
  ])('gRPC to %s%s with %j gets to %i', async (authority, path, metadata, port) => {
    const { status, body } = await scene.actors.outside.caller.ask({
      kind: 'grpc',
      address: `${scene.actors.gateway.host.address}:${GRPC}`,
      authority,
      path,
      metadata,
    });
    expect({ status, body }).toEqual({ status: 0, body: `app ${port} ${path}` });
  });

  test('a gRPC call that matches no route is unimplemented', async () => {
    const address = `${scene.actors.gateway.host.address}:${GRPC}`;
    const call = { kind: 'grpc', address, authority: 'door.local', path: '/test.Shapes/Square' } as const;
    expect((await scene.actors.outside.caller.ask(call)).status).toBe(12);
  });

  test('a WebSocket works', async () => {
    const url = `ws://door.local:${HTTP}/cut/chat`;
    const { body } = await scene.actors.outside.caller.ask({ kind: 'webSocket', url, say: 'hello' });
    expect(body).toBe('echo hello');
  });

  test('the access log has JSON lines, one per pass through the gateway', async () => {
    await ask('/kept/logged');
    await ask('/logged');
    // Envoy flushes its log at 64 KiB, otherwise every 10 s.
    for (let sent = 0; sent < 3; sent += 1) await ask(`/${'x'.repeat(30_000)}`);
    const lines = await until(
      'lines in the log',
      async () => {
        const log = await readFile(join(scene.actors.gateway.host.folder, 'logs/access'), 'utf8');
        const logged = log.split('\n').filter((line) => line.includes('logged'));
        return logged.length === 3 && logged.map((line) => JSON.parse(line) as unknown);
      },
      { limitMs: 120_000 },
    );
    const path = '/kept/logged';
    const redirect = `cds_ingress_m_gateway_self_redirect_${HTTP}_http_15001`;
    expect(lines).toEqual(
      expect.arrayContaining([
        { path, code: 200, route: 'kept', cluster: redirect },
        { path, code: 200, route: null, cluster: `cds_egress_m_one_http_${ONE}` },
        { path: '/logged', code: 404, route: null, cluster: null },
      ]),
    );
  });
});
