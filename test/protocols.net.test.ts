import { join } from 'node:path';
import {
  CreateMeshCommand,
  CreateRouteCommand,
  CreateVirtualNodeCommand,
  CreateVirtualRouterCommand,
  CreateVirtualServiceCommand,
  type PortProtocol,
} from '@aws-sdk/client-app-mesh';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appMeshClient } from '../demo/color-model.ts';
import { startControlPlane } from './lab/programs/control-plane.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from './lab/clients/envoy-admin.ts';
import type { Host } from './lab/host.ts';
import { createLab, type Lab } from './lab/lab.ts';
import { startSidecar } from './lab/programs/sidecar.ts';
import { stage } from './lab/stage.ts';
import { until } from './lab/until.ts';
import { PORTS } from './protocols/hello.ts';

// A client and a server, each behind its Envoy; the server's virtual node has one listener per protocol. One virtual service points to the node
// itself, another to a router with one route per protocol, except tcp: both names resolve to one address, so Envoy could not tell the two services
// apart.

const PROGRAMS = join(import.meta.dirname, 'protocols');
const PROTOCOLS = ['tcp', 'http2', 'grpc'] as const;
const ROUTED = ['http2', 'grpc'] as const;

let lab: Lab;
let client: Host;
let clientEnvoy: EnvoyAdmin;
let serverEnvoy: EnvoyAdmin;

beforeAll(async () => {
  lab = await createLab({ name: 'protocols' });
  const programs = await stage(lab);
  const controlPlane = await startControlPlane(await lab.host('control'), programs);
  client = await lab.host('client');
  const server = await lab.host('server', { dns: ['direct.local', 'routed.local'] });
  await createModel(controlPlane.endpoint);
  await server.spawn('server', process.execPath, [join(PROGRAMS, 'server.ts')]).line(/ready/);
  const { xds } = controlPlane;
  const appPorts = Object.values(PORTS).join(',');
  await startSidecar(server, programs, { resource: 'mesh/m/virtualNode/server', xds, appPorts });
  await startSidecar(client, programs, { resource: 'mesh/m/virtualNode/client', xds, appPorts: '' });
  [clientEnvoy, serverEnvoy] = await Promise.all([openEnvoyAdmin(client), openEnvoyAdmin(server)]);
  await until('both in sync', async () => {
    const { proxies } = await controlPlane.status();
    return proxies.length === 2 && proxies.every(({ state }) => state === 'in sync');
  });
  await until('both live', async () => (await clientEnvoy.ready()) && (await serverEnvoy.ready()));
});

afterAll(async () => {
  await clientEnvoy?.close();
  await serverEnvoy?.close();
  await lab?.close();
});

async function createModel(endpoint: string): Promise<void> {
  const api = appMeshClient(endpoint);
  const meshName = 'm';
  const listener = (protocol: PortProtocol & keyof typeof PORTS) => ({
    portMapping: { port: PORTS[protocol], protocol },
  });
  await api.send(new CreateMeshCommand({ meshName }));
  const listeners = PROTOCOLS.map(listener);
  const serviceDiscovery = { dns: { hostname: 'server' } };
  await api.send(
    new CreateVirtualNodeCommand({
      meshName,
      virtualNodeName: 'server',
      spec: { listeners, serviceDiscovery },
    }),
  );
  await api.send(
    new CreateVirtualRouterCommand({
      meshName,
      virtualRouterName: 'router',
      spec: { listeners: ROUTED.map(listener) },
    }),
  );
  for (const protocol of ROUTED) {
    const weightedTargets = [{ virtualNode: 'server', weight: 1, port: PORTS[protocol] }];
    const match = { port: PORTS[protocol] };
    const spec = {
      http2: { http2Route: { match: { ...match, prefix: '/' }, action: { weightedTargets } } },
      grpc: { grpcRoute: { match: { ...match, serviceName: 'test.Greeter' }, action: { weightedTargets } } },
    }[protocol];
    await api.send(
      new CreateRouteCommand({ meshName, virtualRouterName: 'router', routeName: protocol, spec }),
    );
  }
  const direct = { virtualNode: { virtualNodeName: 'server' } };
  const routed = { virtualRouter: { virtualRouterName: 'router' } };
  for (const [virtualServiceName, provider] of [
    ['direct.local', direct],
    ['routed.local', routed],
  ] as const) {
    await api.send(new CreateVirtualServiceCommand({ meshName, virtualServiceName, spec: { provider } }));
  }
  const backends = ['direct.local', 'routed.local'].map((virtualServiceName) => ({
    virtualService: { virtualServiceName },
  }));
  await api.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName: 'client', spec: { backends } }));
}

test.each([
  ['tcp', 'direct.local', 'hello from tcp\necho thanks'],
  ['http2', 'direct.local', 'hello from http2'],
  ['grpc', 'direct.local', 'hello from grpc'],
  ['http2', 'routed.local', 'hello from http2'],
  ['grpc', 'routed.local', 'hello from grpc'],
] as const)('%s to %s goes through both Envoys', async (protocol, host, answer) => {
  const egress = `cluster.cds_egress_m_server_${protocol}_${PORTS[protocol]}.upstream_cx_total`;
  const ingress = `cluster.cds_ingress_m_server_${protocol}_${PORTS[protocol]}.upstream_cx_total`;
  const { stdout } = await client.exec(process.execPath, [join(PROGRAMS, 'client.ts'), protocol, host]);
  expect(stdout).toBe(answer);
  expect(await clientEnvoy.stat(egress)).toBeGreaterThan(0);
  expect(await serverEnvoy.stat(ingress)).toBeGreaterThan(0);
});

test('with several listeners the statistics are per protocol and port, as in App Mesh', async () => {
  const stats = await serverEnvoy.stats('^http\\.ingress\\.');
  expect([...stats.keys()]).toContain(`http.ingress.http2.${PORTS.http2}.downstream_rq_2xx`);
});
