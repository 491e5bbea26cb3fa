import { create, toJson, type JsonObject } from '@bufbuild/protobuf';
import { AccessLogSchema } from '#envoy/envoy/config/accesslog/v3/accesslog_pb.ts';
import type { NodeAccess } from '../../../mesh/access/node-access.ts';
import type { AccessChain, Place } from '../../../mesh/access/steps.ts';
import type { VirtualNodeView } from '../../../mesh/proxy-view.ts';
import type { AccessLogInit } from '../../envoy/connection-manager.ts';
import { NO_OPTIONS, type Options } from '../../options.ts';
import { unreported } from '../../problems.ts';
import { REGISTRY, resourceJson } from '../../registry.ts';
import { accessConfigs } from '../filters.ts';
import { refusedConnectionLog, refusedRequestLog } from '../refused-log.ts';
import type { Pair } from './test-certificates.ts';

const OPTIONS: Options = { ...NO_OPTIONS, trustDomain: 'apps.example', authorization: true };
const EXTENSIONS = 'type.googleapis.com/envoy.extensions';

/** All listeners of one access: each port, with and without HTTP, each chain. */
export const PLACES: readonly Place[] = [80, 81].flatMap((port) =>
  [true, false].flatMap((isHttp) =>
    (['mesh', 'user', 'plain'] as const satisfies readonly AccessChain[]).map((chain) => ({
      port,
      isHttp,
      chain,
    })),
  ),
);

/** The inputs of a configuration: where Envoy listens, who it is, and the application behind tcp listeners. */
export type GuardedInit = {
  readonly address: string;
  readonly firstPort: number;
  readonly application: string;
  readonly server: Pair;
  readonly root: string;
};

/** Returns a bootstrap with a listener for each access and place, with the filters that translation makes. */
export function guardedConfig(accesses: readonly (NodeAccess | undefined)[], init: GuardedInit): JsonObject {
  const listeners = accesses.flatMap((access, index) => {
    const view = { name: 'b', ...(access && { access }) } as unknown as VirtualNodeView;
    const configs = accessConfigs(view, PLACES, OPTIONS, unreported).map(resourceJson);
    return PLACES.map((place, at) =>
      listener(place, configs[at] ?? {}, init, init.firstPort + index * PLACES.length + at),
    );
  });
  const endpoint = { endpoint: { address: { pipe: { path: init.application } } } };
  return {
    static_resources: {
      listeners,
      clusters: [
        {
          name: 'app',
          type: 'STATIC',
          load_assignment: { cluster_name: 'app', endpoints: [{ lb_endpoints: [endpoint] }] },
        },
      ],
    },
  };
}

function listener(place: Place, config: JsonObject, init: GuardedInit, port: number): JsonObject {
  const filter = { name: `access_${port}`, typed_config: config['typed_config'] ?? null };
  return {
    name: `l${port}`,
    address: { socket_address: { address: init.address, port_value: port } },
    filter_chains: [
      {
        filters: place.isHttp ? [manager(place, filter)] : [filter, proxy(place)],
        ...(place.chain === 'plain' ? {} : { transport_socket: serverTls(init) }),
      },
    ],
  };
}

function manager({ port }: Place, filter: JsonObject): JsonObject {
  const router = {
    name: 'envoy.filters.http.router',
    typed_config: { '@type': `${EXTENSIONS}.filters.http.router.v3.Router` },
  };
  const route = { match: { prefix: '/' }, direct_response: { status: 200 } };
  return {
    name: 'http',
    typed_config: {
      '@type': `${EXTENSIONS}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 'ingress',
      normalize_path: true,
      merge_slashes: true,
      http_filters: [filter, router],
      access_log: logs(refusedRequestLog(port, OPTIONS)),
      route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes: [route] }] },
    },
  };
}

function proxy({ port }: Place): JsonObject {
  return {
    name: 'tcp',
    typed_config: {
      '@type': `${EXTENSIONS}.filters.network.tcp_proxy.v3.TcpProxy`,
      stat_prefix: 'tcp',
      cluster: 'app',
      access_log: logs(refusedConnectionLog(port, OPTIONS)),
    },
  };
}

function logs(inits: readonly AccessLogInit[]): JsonObject[] {
  return inits.map(
    (init) =>
      toJson(AccessLogSchema, create(AccessLogSchema, init), {
        registry: REGISTRY,
        useProtoFieldName: true,
      }) as JsonObject,
  );
}

function serverTls({ server, root }: GuardedInit): JsonObject {
  return {
    name: 'tls',
    typed_config: {
      '@type': `${EXTENSIONS}.transport_sockets.tls.v3.DownstreamTlsContext`,
      require_client_certificate: true,
      common_tls_context: {
        tls_certificates: [
          { certificate_chain: { inline_string: server.chain }, private_key: { inline_string: server.key } },
        ],
        validation_context: { trusted_ca: { inline_string: root } },
      },
    },
  };
}
