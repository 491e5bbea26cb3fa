import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { execa } from 'execa';
import { afterEach, expect, test } from 'vitest';
import { Cluster_DiscoveryType, ClusterSchema } from '#envoy/envoy/config/cluster/v3/cluster_pb.ts';
import { ClusterLoadAssignmentSchema } from '#envoy/envoy/config/endpoint/v3/endpoint_pb.ts';
import { ListenerSchema } from '#envoy/envoy/config/listener/v3/listener_pb.ts';
import { RouteConfigurationSchema } from '#envoy/envoy/config/route/v3/route_pb.ts';
import { RouterSchema } from '#envoy/envoy/extensions/filters/http/router/v3/router_pb.ts';
import { HttpConnectionManagerSchema } from '#envoy/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts';
import { encodeResource, snapshotOf } from '../../xds/wire/encode.ts';
import { listenForTest } from '../../xds/testing/server.ts';
import { CLUSTER, ENDPOINTS, LISTENER, ROUTES, type Snapshot } from '../../xds/types.ts';
import { appMeshClient, createColorModel, MESH } from '../../demo/color-model.ts';
import { echoMethod } from '../lab/clients/grpc-methods.ts';
import { startLocalControlPlane } from '../lab/programs/local-control-plane.ts';

// @grpc/grpc-js-xds, a third-party client: it requests listeners and clusters by name, in SotW.

const LIMIT_MS = 120_000;
const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

test('a gRPC client finds its service, follows it to another address, and gets an error when there is none', async () => {
  const { xds, port } = await listen();
  const [blue, red] = [await backend('blue'), await backend('red')];
  xds.set('client', service('echo', blue));
  const client = startClient(port, 'client', 'echo');
  expect(await client.call('hello')).toBe('blue: hello');
  expect(xds.streams()).toMatchObject([{ key: 'client', variant: 'sotw' }]);
  for (const typeUrl of [LISTENER, ROUTES, CLUSTER, ENDPOINTS]) {
    await expect.poll(() => xds.settled('client', typeUrl), { timeout: LIMIT_MS }).toBe('acked');
  }
  xds.set('client', service('echo', red));
  await expect.poll(() => client.call('hello'), { timeout: LIMIT_MS }).toBe('red: hello');
  xds.set('client', service('other', red));
  await expect.poll(() => client.call('hello'), { timeout: LIMIT_MS }).toMatch(/^14 /);
  xds.set('client', service('echo', blue));
  await expect.poll(() => client.call('hello'), { timeout: LIMIT_MS }).toBe('blue: hello');
});

test("a NACK of a gRPC client is reported in the client's own words", async () => {
  const { xds, port } = await listen();
  const snapshot = new Map(service('echo', await backend('blue')));
  const broken = encodeResource(ListenerSchema, 'echo', { name: 'echo' });
  xds.set('client', new Map([...snapshot, ...snapshotOf([broken])]));
  // No answer can come, so each call ends by its limit. The first may end before the client has asked for the listener.
  const client = startClient(port, 'client', 'echo', 2000);
  let answer = '';
  const settled = async () => {
    answer = await client.call('hello');
    return xds.settled('client', LISTENER);
  };
  await expect.poll(settled, { timeout: LIMIT_MS }).toBe('nacked');
  expect(xds.streams()[0]?.types.find(({ typeUrl }) => typeUrl === LISTENER)?.nacked?.message).toMatch(
    /listener/i,
  );
  expect(answer).toMatch(/^(4|14) /);
});

test('the control plane answers only the requested names: no listener of App Mesh is for a gRPC client', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'grpc-client-'));
  const plane = await startLocalControlPlane(['--data', folder]);
  stops.push(async () => {
    await plane.kill();
    await rm(folder, { recursive: true });
  });
  await createColorModel(appMeshClient(plane.api), { 'colorteller-vn': 1 });
  const id = `mesh/${MESH}/virtualNode/colorgateway-vn`;
  const client = startClient(Number(plane.ads.split(':').at(-1)), id, 'colorteller');
  void client.call('hello');
  const proxy = async () => (await plane.status()).proxies[0];
  await expect.poll(async () => (await proxy())?.state, { timeout: LIMIT_MS }).toBe('in sync');
  expect(await proxy()).toMatchObject({
    resource: id,
    variant: 'sotw',
    types: [{ type: 'Listener', resources: 0 }],
  });
});

async function listen() {
  const server = await listenForTest();
  stops.push(server.stop);
  return server;
}

/** Starts a service that answers with its name and the request. */
async function backend(name: string): Promise<number> {
  const server = new Server();
  server.addService(
    { say: echoMethod('/test.Echo/Say') },
    {
      say: ({ request }: { request: Buffer }, send: (error: null, value: Buffer) => void) =>
        send(null, Buffer.from(`${name}: ${String(request)}`)),
    },
  );
  stops.push(() => server.forceShutdown());
  return new Promise((resolve) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_error, port) => resolve(port));
  });
}

/** Builds the resources with which a gRPC client finds a service: a listener, routes, a cluster, endpoints. */
function service(name: string, port: number): Snapshot {
  const ads = { configSourceSpecifier: { case: 'ads', value: {} } } as const;
  const manager = create(HttpConnectionManagerSchema, {
    // Different content for each address: the client ignores a listener that comes back unchanged.
    statPrefix: `${port}`,
    routeSpecifier: { case: 'rds', value: { routeConfigName: 'routes', configSource: ads } },
    httpFilters: [
      {
        name: 'router',
        configType: { case: 'typedConfig', value: anyPack(RouterSchema, create(RouterSchema)) },
      },
    ],
  });
  const apiListener = { apiListener: anyPack(HttpConnectionManagerSchema, manager) };
  const toCluster = {
    case: 'route',
    value: { clusterSpecifier: { case: 'cluster', value: 'cluster' } },
  } as const;
  const match = { pathSpecifier: { case: 'prefix', value: '' } } as const;
  const socketAddress = { address: '127.0.0.1', portSpecifier: { case: 'portValue', value: port } } as const;
  const endpoint = { address: { address: { case: 'socketAddress', value: socketAddress } } } as const;
  const lbEndpoints = [{ hostIdentifier: { case: 'endpoint', value: endpoint } }] as const;
  return snapshotOf([
    encodeResource(ListenerSchema, name, create(ListenerSchema, { name, apiListener })),
    encodeResource(
      RouteConfigurationSchema,
      'routes',
      create(RouteConfigurationSchema, {
        name: 'routes',
        virtualHosts: [{ name: 'all', domains: ['*'], routes: [{ match, action: toCluster }] }],
      }),
    ),
    encodeResource(
      ClusterSchema,
      'cluster',
      create(ClusterSchema, {
        name: 'cluster',
        clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
        edsClusterConfig: { edsConfig: ads, serviceName: 'endpoints' },
      }),
    ),
    encodeResource(
      ClusterLoadAssignmentSchema,
      'endpoints',
      create(ClusterLoadAssignmentSchema, {
        clusterName: 'endpoints',
        endpoints: [{ locality: { region: 'here' }, loadBalancingWeight: 1, lbEndpoints: [...lbEndpoints] }],
      }),
    ),
  ]);
}

/** Starts the client in its own process, because its registration is permanent. */
function startClient(port: number, id: string, name: string, limitMs = LIMIT_MS) {
  const bootstrap = {
    node: { id, cluster: id, locality: {}, metadata: {} },
    xds_servers: [
      { server_uri: `127.0.0.1:${port}`, channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] },
    ],
  };
  const child = execa(
    process.execPath,
    [join(import.meta.dirname, 'grpc-client-program.ts'), name, `${limitMs}`],
    {
      env: { GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(bootstrap) },
      buffer: false,
      reject: false,
    },
  );
  stops.push(() => child.kill());
  const answers = createInterface(child.stdout);
  return {
    async call(word: string): Promise<string> {
      child.stdin.write(`${word}\n`);
      const [answer] = (await once(answers, 'line')) as [string];
      return answer;
    },
  };
}
