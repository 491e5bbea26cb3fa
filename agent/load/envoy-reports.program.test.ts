import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../../test/lab/net/free-port.ts';
import { listenGrpc } from '../../xds/grpc/listen.ts';
import { createGrpcServer } from '../../xds/grpc/server.ts';
import { createEnvoyReports } from './envoy-reports.ts';
import type { EnvoyReport } from './read-report.ts';

const ENVOYS = [
  ['the Envoy in use', process.env['DAYBREAK_ENVOY'] ?? 'envoy'],
  ['the oldest Envoy', process.env['DAYBREAK_ENVOY_OLDEST'] ?? ''],
] as const;

/** An application that answers 503 to `/bad`, and counts. */
async function startApplication(): Promise<{ port: number; counts: { ok: number; bad: number } }> {
  const counts = { ok: 0, bad: 0 };
  // It closes no idle connection, which Envoy might be about to use.
  const server = createServer({ keepAliveTimeout: 3_600_000 }, (request, response) => {
    counts[request.url === '/bad' ? 'bad' : 'ok'] += 1;
    response.writeHead(request.url === '/bad' ? 503 : 200).end();
  });
  return { port: await listen(server), counts };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function cluster(name: string, address: object, http2: boolean) {
  return {
    name,
    type: 'STATIC',
    loadAssignment: { clusterName: name, endpoints: [{ lbEndpoints: [{ endpoint: { address } }] }] },
    ...(http2 && {
      typedExtensionProtocolOptions: {
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
          '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
          explicitHttpConfig: { http2ProtocolOptions: {} },
        },
      },
    }),
  };
}

function bootstrapOf(socket: string, port: number, application: number) {
  const manager = {
    '@type':
      'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    statPrefix: 'egress',
    routeConfig: {
      virtualHosts: [
        {
          name: 'all',
          domains: ['*'],
          routes: [{ match: { prefix: '/' }, route: { cluster: 'cds_egress_m_b_http_8080' } }],
        },
      ],
    },
    httpFilters: [
      {
        name: 'envoy.filters.http.router',
        typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
  };
  return {
    node: { id: 'mesh/m/virtualNode/a', cluster: 'a' },
    clusterManager: {
      loadStatsConfig: {
        apiType: 'GRPC',
        transportApiVersion: 'V3',
        grpcServices: [{ envoyGrpc: { clusterName: 'agent' } }],
      },
    },
    staticResources: {
      clusters: [
        cluster('agent', { pipe: { path: socket } }, true),
        cluster(
          'cds_egress_m_b_http_8080',
          { socketAddress: { address: '127.0.0.1', portValue: application } },
          false,
        ),
      ],
      listeners: [
        {
          name: 'out',
          address: { socketAddress: { address: '127.0.0.1', portValue: port } },
          filterChains: [
            { filters: [{ name: 'envoy.filters.network.http_connection_manager', typedConfig: manager }] },
          ],
        },
      ],
    },
  };
}

const total = (reports: readonly EnvoyReport[], of: 'requests' | 'ok' | 'errors'): number =>
  reports.flatMap(({ clusters }) => clusters).reduce((sum, each) => sum + each[of], 0);

test.each(
  ENVOYS,
)('%s counts what the application counted while it is watched, and sends nothing otherwise', async (_name, envoy) => {
  const folder = mkdtempSync(join(tmpdir(), 'daybreak-load-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const reports: EnvoyReport[] = [];
  const server = createGrpcServer({ mostMessageBytes: Infinity });
  let messages = 0;
  const loads = createEnvoyReports((report) => void reports.push(report));
  loads.addTo({
    ...server,
    add: (path, method) =>
      server.add(path, (call) => {
        const reader = method(call);
        return {
          ...reader,
          message(bytes) {
            messages += 1;
            reader.message(bytes);
          },
        };
      }),
  });
  const socket = join(folder, 'agent.sock');
  const listener = await listenGrpc(server, { path: socket });
  onTestFinished(() => listener.close());

  const { port: application, counts } = await startApplication();
  const port = await freePort();
  writeFileSync(join(folder, 'envoy.json'), JSON.stringify(bootstrapOf(socket, port, application)));
  const child = spawn(
    envoy,
    ['-c', join(folder, 'envoy.json'), '--use-dynamic-base-id', '--concurrency', '1'],
    { stdio: 'ignore' },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const send = async (path: string): Promise<void> =>
    void (await (await fetch(`http://127.0.0.1:${port}${path}`)).arrayBuffer());
  await vi.waitFor(() => send('/'), { timeout: 120_000, interval: 200 });
  await vi.waitFor(() => expect(messages).toBe(1), { timeout: 120_000 });
  expect(reports).toEqual([]);

  // Requests before and between watches are in no report.
  loads.watch(1000);
  await vi.waitFor(() => expect(reports.length).toBeGreaterThan(0), { timeout: 120_000 });
  for (let count = 0; count < 30; count += 1) await send(count % 3 === 0 ? '/bad' : '/');
  await vi.waitFor(() => expect(total(reports, 'requests')).toBe(30), { timeout: 120_000 });
  expect(total(reports, 'errors')).toBe(counts.bad);
  expect(total(reports, 'ok') + 1).toBe(counts.ok);
  expect(reports.at(-1)?.coversMs).toBeGreaterThan(500);

  loads.watch(undefined);
  await send('/');
  // One message may be under way.
  const before = messages;
  // Three intervals, in which a watched Envoy would send three messages.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect(messages).toBeLessThanOrEqual(before + 1);
  const seen = reports.length;
  loads.watch(1000);
  await vi.waitFor(() => expect(reports.length).toBeGreaterThan(seen), { timeout: 120_000 });
  for (let count = 0; count < 5; count += 1) await send('/');
  await vi.waitFor(() => expect(total(reports, 'requests')).toBe(35), { timeout: 120_000 });
});
