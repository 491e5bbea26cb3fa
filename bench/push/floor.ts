// The lower bound of an ADS server in Node. It has the configurations of two virtual nodes, and replays one of them to each
// stream, without state per stream, order, waiting for ACKs, metrics or logs. It writes a change to a file and syncs the file, then
// encodes the changed routes once and sends them to all streams. Usage: floor.ts NODES BACKENDS FILE
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { createLog } from '../../common/log.ts';
import { createProxyConfigs } from '../../controlplane/ads/proxy-configs.ts';
import { Model } from '../../controlplane/mesh/model.ts';
import { listenGrpc } from '../../xds/grpc/listen.ts';
import { createGrpcServer, type Method } from '../../xds/grpc/server.ts';
import type { ServerCall } from '../../xds/grpc/server-call.ts';
import { status } from '../../xds/grpc/status.ts';
import { createXdsServer } from '../../xds/server.ts';
import { DELTA_METHOD, SOTW_METHOD } from '../../xds/service.ts';
import { ROUTES, type TypeUrl } from '../../xds/types.ts';
import {
  decodeDeltaRequest,
  decodeSotwRequest,
  encodeDeltaResponse,
  encodeSotwResponse,
} from '../../xds/wire/wire.ts';
import { openNoDiscovery } from '../../controlplane/discovery/testing/no-discovery.ts';
import { EVERYONES, FEWS, MESH, meshResources, withWeight } from './mesh.ts';

type Variant = 'sotw' | 'delta';

/** The configuration of most streams, and that of the streams for `vn-few`. */
const NAMES = ['vn-0', 'vn-few'] as const;
type Name = (typeof NAMES)[number];

const [nodes = 200, backends = 10] = process.argv.slice(2, 4).map(Number);
const file = openSync(process.argv[4] ?? '', 'w');
const log = createLog('bench', 'silent');
const discovery = await openNoDiscovery(log);
const model = new Model();
model.apply(
  meshResources({ nodes, backends }).map((resource, index) => ({
    revision: index + 1,
    id: resource,
    resource,
  })),
);
const snapshots = createXdsServer({ keyOf: () => '' });
const configs = createProxyConfigs(model, discovery, () => snapshots, log);
const keys = new Map<Name, string>(
  NAMES.map((name) => {
    const id = `mesh/${MESH}/virtualNode/${name}`;
    return [
      name,
      configs.keyOf({ id, cluster: '', locality: undefined, metadata: {}, version: '', features: [] }, false),
    ];
  }),
);
const streams = new Map<ServerCall, { readonly name: Name; readonly variant: Variant }>();

function responseOf(name: Name, variant: Variant, typeUrl: TypeUrl): Buffer {
  const resources = [
    ...(snapshots
      .get(keys.get(name) ?? '')
      ?.get(typeUrl)
      ?.resources.values() ?? []),
  ];
  const response = { typeUrl, version: '1', nonce: '1', resources, removed: [] };
  return Buffer.from(variant === 'sotw' ? encodeSotwResponse(response) : encodeDeltaResponse(response));
}

const serve =
  (variant: Variant): Method =>
  (call) => {
    const decode = variant === 'sotw' ? decodeSotwRequest : decodeDeltaRequest;
    call.whenOver(() => void streams.delete(call));
    return {
      message(bytes) {
        const { node, typeUrl, nonce } = decode(bytes);
        if (node !== undefined)
          streams.set(call, { name: node.id.endsWith('/vn-few') ? 'vn-few' : 'vn-0', variant });
        const stream = streams.get(call);
        if (stream !== undefined && nonce === '') send(call, responseOf(stream.name, variant, typeUrl));
      },
      halfClose: () => call.end(status.OK),
    };
  };

function send(call: ServerCall, bytes: Buffer): void {
  call.write(() => bytes);
}

function change(service: typeof EVERYONES | typeof FEWS, weight: number): void {
  const resource = withWeight(model, service, weight);
  writeSync(file, `${JSON.stringify(resource)}\n`);
  fsyncSync(file);
  const changes = [{ revision: model.revision + 1, id: resource, resource }];
  model.apply(changes);
  configs.apply(changes);
  const sent = service === FEWS ? (['vn-few'] as const) : NAMES;
  for (const variant of ['sotw', 'delta'] as const) {
    const routes = new Map<Name, Buffer>(sent.map((name) => [name, responseOf(name, variant, ROUTES)]));
    for (const [call, stream] of streams) {
      const bytes = stream.variant === variant ? routes.get(stream.name) : undefined;
      if (bytes !== undefined) send(call, bytes);
    }
  }
}

const server = createGrpcServer();
server.add(SOTW_METHOD.path, serve('sotw'));
server.add(DELTA_METHOD.path, serve('delta'));
const { port } = await listenGrpc(server, { port: 0 });
const api = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '', 'http://floor');
  change(searchParams.get('host') === FEWS ? FEWS : EVERYONES, Number(searchParams.get('weight')));
  response.end();
});
process.once('SIGTERM', () => {
  closeSync(file);
  process.exit(0);
});
api.listen(0, '127.0.0.1', () => {
  const address = api.address();
  const apiPort = typeof address === 'object' ? address?.port : undefined;
  const ready = { ready: true, api: `http://127.0.0.1:${apiPort}`, ads: `127.0.0.1:${port}` };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
});
