import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileRegistry, fromBinary, fromJson, toBinary, type JsonValue } from '@bufbuild/protobuf';
import { anyPack, AnySchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { listenGrpc } from '../../xds/grpc/listen.ts';
import { createGrpcServer } from '../../xds/grpc/server.ts';
import { createXdsServer } from '../../xds/server.ts';
import { CLUSTER, LISTENER, type Resource, type TypeUrl } from '../../xds/types.ts';
import { contentVersion } from '../../xds/wire/version.ts';

const descriptors = join(import.meta.dirname, '../../xds/envoy-1.40.0.binpb');
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)));

/** An HTTP listener that answers by itself, and logs each path to /dev/stdout. */
const LISTENER_JSON = {
  name: 'lds_ingress_0.0.0.0_15000',
  address: { socketAddress: { address: '0.0.0.0', portValue: 15_000 } },
  trafficDirection: 'INBOUND',
  filterChains: [
    {
      filters: [
        {
          name: 'envoy.filters.network.http_connection_manager',
          typedConfig: {
            '@type':
              'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
            statPrefix: 'ingress',
            accessLog: [
              {
                name: 'envoy.access_loggers.file',
                typedConfig: {
                  '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
                  path: '/dev/stdout',
                  logFormat: { textFormatSource: { inlineString: 'served %REQ(:PATH)%\n' } },
                },
              },
            ],
            routeConfig: {
              virtualHosts: [
                {
                  name: 'all',
                  domains: ['*'],
                  routes: [
                    {
                      match: { prefix: '/' },
                      directResponse: { status: 200, body: { inlineString: 'hello\n' } },
                    },
                  ],
                },
              ],
            },
            httpFilters: [
              {
                name: 'envoy.filters.http.router',
                typedConfig: {
                  '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
                },
              },
            ],
          },
        },
      ],
    },
  ],
};

/** A TCP listener that gives back what it is sent. */
const ECHO_JSON = {
  name: 'lds_ingress_0.0.0.0_15003',
  address: { socketAddress: { address: '0.0.0.0', portValue: 15_003 } },
  trafficDirection: 'INBOUND',
  filterChains: [
    {
      filters: [
        {
          name: 'envoy.filters.network.echo',
          typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.filters.network.echo.v3.Echo' },
        },
      ],
    },
  ],
};

/** A control plane for one node on a unix socket, which reaches into every network namespace. */
export async function startControlPlane(socketPath: string, nodeId: string): Promise<{ stop(): void }> {
  const xds = createXdsServer({ keyOf: ({ id }) => id });
  const listeners = [LISTENER_JSON, ECHO_JSON].map((json) => resource(LISTENER, json.name, json));
  xds.set(
    nodeId,
    new Map([
      [CLUSTER, { resources: new Map() }],
      [LISTENER, { resources: new Map(listeners.map((each) => [each.name, each])) }],
    ]),
  );
  const server = createGrpcServer();
  xds.addTo(server);
  const serving = await listenGrpc(server, { path: socketPath });
  chmodSync(socketPath, 0o777);
  return { stop: serving.close };
}

function resource(typeUrl: TypeUrl, name: string, json: JsonValue): Resource {
  const schema = registry.getMessage(typeUrl.slice(typeUrl.indexOf('/') + 1));
  if (schema === undefined) throw new Error(`the descriptors have no ${typeUrl}`);
  const any = toBinary(AnySchema, anyPack(schema, fromJson(schema, json, { registry })));
  return { name, version: contentVersion(any), any };
}
