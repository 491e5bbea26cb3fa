import type { MessageInitShape } from '@bufbuild/protobuf';
import type { AccessLogSchema } from '#envoy/envoy/config/accesslog/v3/accesslog_pb.ts';
import { HeaderValueOption_HeaderAppendAction as Append } from '#envoy/envoy/config/core/v3/base_pb.ts';
import { ApiVersion } from '#envoy/envoy/config/core/v3/config_source_pb.ts';
import type { FilterSchema } from '#envoy/envoy/config/listener/v3/listener_components_pb.ts';
import { RouterSchema } from '#envoy/envoy/extensions/filters/http/router/v3/router_pb.ts';
import {
  HttpConnectionManagerSchema,
  HttpConnectionManager_PathWithEscapedSlashesAction as EscapedSlashes,
  HttpConnectionManager_ServerHeaderTransformation as ServerHeader,
} from '#envoy/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts';
import type { Options } from '../options.ts';
import { duration } from './duration.ts';
import type { DiscoveredFilter } from './filter-discovery.ts';
import { http1Server, http2, requestHeadersKib, serverLimits } from './clusters/http-protocol.ts';
import { convertIncoming, convertOutgoing } from './trace-context/trace-context.ts';
import { extension } from './typed.ts';
import { UPGRADE } from './upgrades.ts';

/** Envoy's form of an access log. */
export type AccessLogInit = MessageInitShape<typeof AccessLogSchema>;

/** A network filter. */
export type FilterInit = MessageInitShape<typeof FilterSchema>;

type ManagerInit = Exclude<MessageInitShape<typeof HttpConnectionManagerSchema>, { $typeName: string }>;

/** Marks Envoy's own answer for a full pool (UO), so that the caller's Envoy does not retry. */
const FULL_POOL: ManagerInit = {
  localReplyConfig: {
    mappers: [
      {
        filter: { filterSpecifier: { case: 'responseFlagFilter', value: { flags: ['UO'] } } },
        headersToAdd: [
          {
            header: { key: 'x-envoy-ratelimited', value: 'true' },
            appendAction: Append.OVERWRITE_IF_EXISTS_OR_ADD,
          },
        ],
      },
    ],
  },
};

/** A trailing dot does not change a host name: `Host: colors.local.` is for `colors.local`. */
const HOST_BY_NAME: ManagerInit = { stripTrailingHostDot: true };

/**
 * Adds the caller's address to X-Forwarded-For. One preceding hop is trusted, so that the X-Forwarded-Proto of a load balancer
 * that terminates TLS stays, and so does the caller's x-request-id.
 */
const FIRST_OF_MESH: ManagerInit = {
  useRemoteAddress: true,
  xffNumTrustedHops: 1,
  preserveExternalRequestId: true,
};

/**
 * Treats no caller as internal, so that Envoy ignores its `x-envoy-…` headers: no caller has this address. An empty range, or
 * in older releases no range, would mean all private addresses.
 */
const NO_INTERNAL_CALLER: ManagerInit['internalAddressConfig'] = {
  cidrRanges: [{ addressPrefix: '255.255.255.255', prefixLen: 32 }],
};

/** The settings of a manager that depend on its place. */
const PLACES = {
  /** Inbound, in the application's sidecar. */
  ingress: FULL_POOL,
  /** Outbound, in the application's sidecar: virtual services by their names. */
  egress: HOST_BY_NAME,
  /** The first pass of a virtual gateway. */
  gateway: { ...FULL_POOL, ...HOST_BY_NAME, ...FIRST_OF_MESH },
  /** The second pass of a virtual gateway. */
  secondPass: {},
} as const satisfies Readonly<Record<string, ManagerInit>>;

/**
 * Returns the HTTP filter, which detects HTTP/1 and HTTP/2, and fetches its routes over ADS. It waits for the routes without a
 * limit: a listener without routes would answer 404 while its predecessor worked.
 */
export function connectionManager(
  {
    place,
    statPrefix,
    routes,
    accessLog,
    upstreamLog = [],
    longest,
    filters = [],
  }: {
    readonly place: keyof typeof PLACES;
    readonly statPrefix: string;
    readonly routes: string;
    readonly accessLog: readonly AccessLogInit[];
    /** The log of requests to upstreams, with an entry when one is sent, and one at its end. Default: none. */
    readonly upstreamLog?: readonly AccessLogInit[];
    /** How long a connection takes new requests, in milliseconds. Default: without a limit. */
    readonly longest?: number;
    /** HTTP filters before the router. Default: none. */
    readonly filters?: readonly DiscoveredFilter[];
  },
  options: Options,
): FilterInit {
  const { traceContext, sampledParents, untraced } = options;
  return extension('envoy.filters.network.http_connection_manager', HttpConnectionManagerSchema, {
    statPrefix,
    routeSpecifier: {
      case: 'rds',
      value: {
        routeConfigName: routes,
        configSource: {
          configSourceSpecifier: { case: 'ads', value: {} },
          resourceApiVersion: ApiVersion.V3,
          initialFetchTimeout: duration(0),
        },
      },
    },
    httpFilters: [
      ...filters,
      extension('envoy.filters.http.router', RouterSchema, {
        ...router(upstreamLog),
        ...(place === 'gateway' ? {} : convertOutgoing(traceContext)),
      }),
    ],
    ...(untraced ? {} : { tracing: {} }),
    // Between the two passes of a gateway, the tracer's own header is enough.
    ...(place === 'secondPass' ? {} : convertIncoming(traceContext, sampledParents)),
    accessLog: [...accessLog],
    upgradeConfigs: [{ upgradeType: UPGRADE, enabled: true }],
    normalizePath: true,
    mergeSlashes: true,
    pathWithEscapedSlashesAction: EscapedSlashes.KEEP_UNCHANGED,
    commonHttpProtocolOptions: {
      ...serverLimits(options),
      ...(longest === undefined ? {} : { maxConnectionDuration: duration(longest) }),
    },
    maxRequestHeadersKb: requestHeadersKib(options),
    httpProtocolOptions: http1Server(options),
    http2ProtocolOptions: http2(options, requestHeadersKib(options)),
    serverHeaderTransformation: ServerHeader.PASS_THROUGH,
    proxy100Continue: true,
    internalAddressConfig: NO_INTERNAL_CALLER,
    ...PLACES[place],
  });
}

function router(
  upstreamLog: readonly AccessLogInit[],
): Exclude<MessageInitShape<typeof RouterSchema>, { $typeName: string }> {
  if (upstreamLog.length === 0) return {};
  return { upstreamLog: [...upstreamLog], upstreamLogOptions: { flushUpstreamLogOnUpstreamStream: true } };
}
