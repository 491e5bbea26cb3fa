import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  FilterChainMatchSchema,
  FilterChainSchema,
} from '#envoy/envoy/config/listener/v3/listener_components_pb.ts';
import { ConfigSchema as DirectResponseSchema } from '#envoy/envoy/extensions/filters/network/direct_response/v3/config_pb.ts';
import { TcpProxySchema } from '#envoy/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.ts';
import { MESH_ALPN, MESH_CHAIN } from '../../../common/contracts/identity-secrets.ts';
import type { TlsModes } from '../tls/listeners.ts';
import type { AccessLogInit, FilterInit } from './connection-manager.ts';
import { duration } from './duration.ts';
import { meshServerSocket } from './mesh-tls.ts';
import { serverSocket } from './tls.ts';
import { extension, type Extension } from './typed.ts';

/** A filter chain. */
export type FilterChainInit = Exclude<MessageInitShape<typeof FilterChainSchema>, { $typeName: string }>;

/** The conditions on a connection for a chain; empty: any connection. */
export type FilterChainMatchInit = MessageInitShape<typeof FilterChainMatchSchema>;

/** A cluster and its weight for connections, relative to the others (at least 1: Envoy's rule for TCP). */
export type WeightedTcp = { readonly cluster: string; readonly weight: number };

/** Returns a chain with one filter. A chain without a match is chosen by the listener's matcher. */
export function chain(
  name: string,
  match: FilterChainMatchInit | undefined,
  filter: FilterInit,
): FilterChainInit {
  return { name, ...(match === undefined ? {} : { filterChainMatch: match }), filters: [filter] };
}

/**
 * The connections that a chain takes. `mesh`: mutual TLS of proxies, the caller's SPIFFE id is known. `user`: TLS of the model's
 * own, or TLS that passes through. `plain`: plain text.
 */
export type ChainKind = 'mesh' | 'user' | 'plain';

/**
 * Returns the chains of a listener's TLS modes on one port. With several, the TLS inspector tells which chain takes a connection.
 * A single chain takes every connection, so that plain text fails in the TLS handshake; but the one of mutual TLS takes only its own.
 */
export function tlsModeChains(
  name: string,
  destinationPort: number,
  { plain, tls, mesh, passesTls = false }: TlsModes,
  filtersOf: (kind: ChainKind) => FilterInit[],
): readonly FilterChainInit[] {
  const made = (kind: ChainKind, suffix: string, match: FilterChainMatchInit): FilterChainInit => ({
    name: `${name}${suffix}`,
    filterChainMatch: { destinationPort, ...match },
    filters: filtersOf(kind),
  });
  if (mesh !== undefined) {
    const match = { transportProtocol: 'tls', applicationProtocols: [MESH_ALPN] };
    return [
      { ...made('mesh', MESH_CHAIN, match), transportSocket: meshServerSocket(mesh) },
      ...(passesTls ? [made('user', '_user', { transportProtocol: 'tls' })] : []),
      ...(plain ? [made('plain', '', { transportProtocol: 'raw_buffer' })] : []),
    ];
  }
  if (tls === undefined) return [made('plain', '', {})];
  const transportSocket = serverSocket(tls);
  if (!plain) return [{ ...made('user', '', {}), transportSocket }];
  return [
    { ...made('user', '_tls', { transportProtocol: 'tls' }), transportSocket },
    made('plain', '', { transportProtocol: 'raw_buffer' }),
  ];
}

/** Whether the TLS inspector has to tell the chains of a listener. */
export function needsInspector({ plain, tls, mesh }: TlsModes): boolean {
  return mesh !== undefined || (plain && tls !== undefined);
}

/** `idle` is in milliseconds, 0 for no limit, undefined for Envoy's default. */
export type TcpProxyOptions = {
  readonly idle: number | undefined;
  /** Default: none. */
  readonly accessLog?: readonly AccessLogInit[];
  /** Whether the access log also has an entry when a connection is made. Default: it has none. */
  readonly logsOpened?: boolean;
  /** Default: the proxy tries to connect once. */
  readonly attempts?: ConnectAttempts | undefined;
};

/** How often a proxy tries to connect, and the first and longest wait between two attempts, in milliseconds, before jitter. */
export type ConnectAttempts = {
  readonly most: number;
  readonly wait: { readonly first: number; readonly longest: number };
};

/** Returns the TCP proxy filter. */
export function tcpProxy(
  statPrefix: string,
  targets: readonly [WeightedTcp, ...WeightedTcp[]],
  { idle, accessLog = [], logsOpened = false, attempts }: TcpProxyOptions,
): Extension {
  const [first, ...others] = targets;
  const clusters = targets.map(({ cluster, weight }) => ({ name: cluster, weight }));
  return extension('envoy.filters.network.tcp_proxy', TcpProxySchema, {
    statPrefix,
    clusterSpecifier:
      others.length === 0
        ? { case: 'cluster', value: first.cluster }
        : { case: 'weightedClusters', value: { clusters } },
    ...(idle === undefined ? {} : { idleTimeout: duration(idle) }),
    accessLog: [...accessLog],
    ...(attempts === undefined ? {} : repeatedConnects(attempts)),
    ...(logsOpened ? { accessLogOptions: { flushAccessLogOnConnected: true } } : {}),
  });
}

function repeatedConnects({ most, wait }: ConnectAttempts) {
  return {
    maxConnectAttempts: most,
    backoffOptions: { baseInterval: duration(wait.first), maxInterval: duration(wait.longest) },
  };
}

/** Returns the filter that closes every accepted connection at once. */
export function closing(): Extension {
  return extension('envoy.filters.network.direct_response', DirectResponseSchema, {
    response: { specifier: { case: 'inlineString', value: '' } },
  });
}
