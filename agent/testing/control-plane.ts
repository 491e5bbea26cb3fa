import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createFileRegistry,
  fromBinary,
  fromJson,
  toBinary,
  type JsonObject,
  type JsonValue,
} from '@bufbuild/protobuf';
import { anyPack, AnySchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { listenGrpc } from '../../xds/grpc/listen.ts';
import { createGrpcServer } from '../../xds/grpc/server.ts';
import { createXdsServer } from '../../xds/server.ts';
import { CLUSTER, LISTENER, SECRET, type Resource, type TypeUrl } from '../../xds/types.ts';
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

/** The same with TLS. The certificate comes from the control plane, and is its one secret. */
const tlsEcho = (certificate: string) => ({
  ...ECHO_JSON,
  name: 'lds_ingress_0.0.0.0_15004',
  address: { socketAddress: { address: '0.0.0.0', portValue: 15_004 } },
  filterChains: ECHO_JSON.filterChains.map((chain) => ({
    ...chain,
    name: 'tls',
    transportSocket: {
      name: 'envoy.transport_sockets.tls',
      typedConfig: {
        '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
        commonTlsContext: {
          tlsCertificateSdsSecretConfigs: [
            {
              name: certificate,
              sdsConfig: { ads: {}, resourceApiVersion: 'V3', initialFetchTimeout: '2s' },
            },
          ],
        },
      },
    },
  })),
});

/** The HTTP listener on another port. Its name is that of App Mesh's ingress listener there. */
const onPort = (port: number) => ({
  ...structuredClone(LISTENER_JSON),
  name: `lds_ingress_0.0.0.0_${port}`,
  address: { socketAddress: { address: '0.0.0.0', portValue: port } },
});

/** Returns a listener on port 15005 that every Envoy refuses: its access log is in no folder. */
export function refusedListener() {
  const listener = onPort(15_005);
  const log = listener.filterChains[0]?.filters[0]?.typedConfig.accessLog[0];
  if (log !== undefined) log.typedConfig.path = '/nowhere/access.log';
  return listener;
}

/** Returns a listener on port 15006 whose routes no control plane has, and which waits for them without a limit. */
export function coldListener() {
  const { routeConfig: _, ...manager } = LISTENER_JSON.filterChains[0]?.filters[0]?.typedConfig ?? {};
  const rds = {
    routeConfigName: 'unknown',
    configSource: { ads: {}, resourceApiVersion: 'V3', initialFetchTimeout: '0s' },
  };
  const name = LISTENER_JSON.filterChains[0]?.filters[0]?.name ?? '';
  return { ...onPort(15_006), filterChains: [{ filters: [{ name, typedConfig: { ...manager, rds } }] }] };
}

/**
 * Starts a control plane for one node on a unix socket, which reaches into every network namespace. `certificate`: a secret for a listener
 * with TLS. `more`: further listeners.
 */
export async function startControlPlane(
  socketPath: string,
  nodeId: string,
  certificate?: Resource,
  more: readonly (JsonObject & { readonly name: string })[] = [],
): Promise<{ stop(): void }> {
  const xds = createXdsServer({ keyOf: ({ id }) => id });
  const secured = certificate === undefined ? [] : [tlsEcho(certificate.name)];
  const listeners = [LISTENER_JSON, ECHO_JSON, ...secured, ...more].map((json) =>
    resource(LISTENER, json.name, json),
  );
  xds.set(
    nodeId,
    new Map([
      [CLUSTER, { resources: new Map() }],
      [LISTENER, { resources: new Map(listeners.map((each) => [each.name, each])) }],
      ...(certificate === undefined
        ? []
        : [[SECRET, { resources: new Map([[certificate.name, certificate]]) }] as const]),
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
