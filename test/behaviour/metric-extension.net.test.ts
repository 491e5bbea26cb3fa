import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { request } from '../lab/clients/http.ts';
import { until } from '../lab/until.ts';
import { startHolder } from './testing/callers/holder.ts';
import { backends, inputsOf, on, to, type Input } from './testing/inputs.ts';
import { metricsOf, type Metrics } from './testing/metrics.ts';
import { openScene, type Scene } from './testing/scene.ts';

// APPMESH_METRIC_EXTENSION_VERSION=1: the twelve metrics of App Mesh's extension equal the requests and connections that were made. Blue and red are
// two virtual nodes on one host; blue has the host's sidecar.

const HTTP = 7701;
const RED = 7702;
const GRPC = 7703;
const TCP = 7704;
const GATE = 8080;
const ON = { APPMESH_METRIC_EXTENSION_VERSION: '1' };
const PATIENCE = { limitMs: 120_000 };

const is = inputsOf('m');
const targets = (blue: number, red: number) => ({
  httpRoute: {
    match: { prefix: '/' },
    action: {
      weightedTargets: [
        { virtualNode: 'blue', port: HTTP, weight: blue },
        { virtualNode: 'red', port: RED, weight: red },
      ],
    },
    retryPolicy: {
      httpRetryEvents: ['server-error' as const],
      maxRetries: 1,
      perRetryTimeout: { unit: 's' as const, value: 60 },
    },
  },
});
const dns = { serviceDiscovery: { dns: { hostname: 'app' } } };

const INPUTS: readonly Input[] = [
  is.mesh({ egressFilter: { type: 'ALLOW_ALL' } }),
  is.node('blue', { listeners: [on(HTTP, 'http'), on(GRPC, 'grpc'), on(TCP, 'tcp')], ...dns }),
  is.node('red', { listeners: [on(RED, 'http')], ...dns }),
  is.router('colors', [[HTTP, 'http']]),
  is.route('colors', 'all', targets(100, 0)),
  is.service('colors.local', { router: 'colors' }),
  is.router('others', [
    [GRPC, 'grpc'],
    [TCP, 'tcp'],
  ]),
  is.route('others', 'grpc', { grpcRoute: { match: { port: GRPC }, action: to('blue', GRPC) } }),
  is.route('others', 'tcp', { tcpRoute: { match: { port: TCP }, action: to('blue', TCP) } }),
  is.service('others.local', { router: 'others' }),
  is.node('client', { backends: backends(['colors.local', 'others.local']) }),
  is.gateway('gate', { listeners: [{ portMapping: { port: GATE, protocol: 'http' } }] }),
  is.gatewayRoute('gate', 'all', {
    httpRoute: {
      match: { prefix: '/' },
      action: { target: { virtualService: { virtualServiceName: 'colors.local' } } },
    },
  }),
];

type Name = 'app' | 'client' | 'gate';

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<Name>;

  beforeAll(async () => {
    scene = await openScene('metric-extension', variable, {
      inputs: () => INPUTS,
      hosts: {
        app: {
          dns: ['colors.local', 'others.local'],
          app: { http: [HTTP, RED], grpc: [GRPC], tcp: [TCP] },
          resource: 'mesh/m/virtualNode/blue',
          appPorts: [HTTP, GRPC, TCP],
          env: ON,
        },
        client: { resource: 'mesh/m/virtualNode/client', env: ON },
        gate: { resource: 'mesh/m/virtualGateway/gate', env: ON },
      },
    });
  });
  afterAll(() => scene?.close());

  const metrics = (name: Name): Promise<Metrics> => metricsOf(scene.actors[name].admin());
  const get = (plan: string, count: number, host = 'colors.local') =>
    Promise.all(
      Array.from({ length: count }, () =>
        scene.actors.client.caller.ask({
          kind: 'http',
          url: `http://app:${HTTP}/`,
          headers: { host, 'x-plan': plan, 'x-id': randomUUID() },
        }),
      ),
    );
  /** Waits until metrics of an Envoy have these values; an entry of a log may come after the answer. */
  const become = (name: Name, values: Readonly<Record<string, number>>) =>
    until(
      JSON.stringify(values),
      async () => expect((await metrics(name)).values).toMatchObject(values),
      PATIENCE,
    );

  const FROM = 'Mesh=m,VirtualNode=client,TargetVirtualService=colors.local,TargetVirtualNode=';

  test('TCP: active connections by listener, new ones, and bytes on both sides', async () => {
    const own = 'Mesh=m,VirtualNode=blue';
    const active = `ActiveConnectionCount{appmesh_listener_port=${TCP},appmesh_listener_protocol=tcp,envoy_connection_limit_prefix=${TCP},${own}}`;
    const holder = await startHolder(scene.actors.client.host);
    await holder.hold('silent', { host: 'others.local', port: TCP, count: 5 }, false);
    await become('app', { [active]: 5 });
    await holder.drop('silent');
    // The app sends its name and port.
    const bytes = 5 * `app ${TCP}\n`.length;
    await become('app', {
      [active]: 0,
      [`ProcessedBytes{${own}}`]: bytes,
      [`NewConnectionCount{${own}}`]: 5,
    });
    await become('client', { [`TargetProcessedBytes{${FROM.replace('colors', 'others')}blue}`]: bytes });
  });

  test('requests count by target and status class, an attempt each; not those to hosts outside', async () => {
    await get('200', 5);
    await get('404', 3);
    await get('302', 2);
    await get('503,200', 1);
    await get('200', 4, 'outside.example');
    await become('client', {
      [`RequestCountPerTarget{${FROM}blue}`]: 12,
      [`HTTPCode_Target_2XX_Count{${FROM}blue}`]: 6,
      [`HTTPCode_Target_3XX_Count{${FROM}blue}`]: 2,
      [`HTTPCode_Target_4XX_Count{${FROM}blue}`]: 3,
      [`HTTPCode_Target_5XX_Count{${FROM}blue}`]: 1,
      [`TargetResponseTime_count{${FROM}blue}`]: 12,
    });
    // The sidecar of blue saw them all, with the four that went to an address.
    await become('app', { 'RequestCount{Mesh=m,VirtualNode=blue}': 16 });
    const { values, types } = await metrics('client');
    expect(Object.keys(values).filter((name) => /\{.*Target\w+=(?:-?,|-?\})/.test(name))).toEqual([]);
    expect(types).toMatchObject({ TargetResponseTime: 'histogram', RequestCountPerTarget: 'counter' });
  });

  test('after a shift of weights the other target counts, and no listener changed', async () => {
    const listeners = async () =>
      [
        ...(await scene.actors.client.admin().stats('listener_manager.listener_(modified|in_place_updated)')),
      ].join();
    const before = await listeners();
    const url = `${scene.controlPlane.endpoint}/v20190125/meshes/m/virtualRouter/colors/routes/all`;
    await request(url, { method: 'PUT', body: JSON.stringify({ spec: targets(0, 100) }) });
    await until('an answer of red', async () => (await get('200', 1))[0]?.body?.includes(`${RED}`), PATIENCE);
    const red = `RequestCountPerTarget{${FROM}red}`;
    await become('client', { [red]: 1 });
    await get('200', 6);
    await become('client', { [red]: 7 });
    expect(await listeners()).toBe(before);
  });

  test('gRPC requests', async () => {
    const ask = { kind: 'grpc' as const, address: `app:${GRPC}`, authority: 'others.local' };
    for (let count = 0; count < 3; count += 1) {
      await scene.actors.client.caller.ask({ ...ask, path: '/a.B/C' });
    }
    await become('app', { 'GrpcRequestCount{Mesh=m,VirtualNode=blue}': 3 });
    await become('client', { [`RequestCountPerTarget{${FROM.replace('colors', 'others')}blue}`]: 3 });
  });

  test('a gateway counts requests on its first pass, and targets on its second', async () => {
    for (let count = 0; count < 4; count += 1) {
      await scene.actors.client.caller.ask({ kind: 'http', url: `http://gate:${GATE}/`, headers: {} });
    }
    const source = 'Mesh=m,VirtualGateway=gate';
    await become('gate', {
      [`RequestCount{${source}}`]: 4,
      [`RequestCountPerTarget{${source},TargetVirtualService=colors.local,TargetVirtualNode=red}`]: 4,
    });
    const { values } = await metrics('gate');
    expect(values[`ProcessedBytes{${source}}`]).toBeGreaterThan(0);
  });
});
