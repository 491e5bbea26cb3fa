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
import { http1Server, http2, requestHeadersKib, serverLimits } from './clusters/http-protocol.ts';
import { extension } from './typed.ts';
import { UPGRADE } from './upgrades.ts';

/** Envoy's form of an access log. */
export type AccessLogInit = MessageInitShape<typeof AccessLogSchema>;

/** A network filter. */
export type FilterInit = MessageInitShape<typeof FilterSchema>;

type ManagerInit = Exclude<MessageInitShape<typeof HttpConnectionManagerSchema>, { $typeName: string }>;

/** Says with an answer of Envoy's own for a pool that is full (UO) that the caller's Envoy is not to try again. */
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

/** A dot at the end of a host name makes it no other one: `Host: colors.local.` is for `colors.local`. */
const HOST_BY_NAME: ManagerInit = { stripTrailingHostDot: true };

/**
 * Adds the caller's address to X-Forwarded-For. One hop before it is trusted, so that X-Forwarded-Proto of a load balancer
 * that ends TLS stays as it is, and so does the caller's x-request-id.
 */
const FIRST_OF_MESH: ManagerInit = {
  useRemoteAddress: true,
  xffNumTrustedHops: 1,
  preserveExternalRequestId: true,
};

/**
 * No caller is one of the mesh's own, whose `x-envoy-…` would be heeded: nobody comes from the address of all. To give no
 * range, or nothing in older releases, would mean all private addresses.
 */
const NOBODY: ManagerInit['internalAddressConfig'] = {
  cidrRanges: [{ addressPrefix: '255.255.255.255', prefixLen: 32 }],
};

/** What is particular to a manager, by where it stands. */
const PLACES = {
  /** Before the application, in its sidecar. */
  ingress: FULL_POOL,
  /** Behind the application, in its sidecar: virtual services by their names. */
  egress: HOST_BY_NAME,
  /** The listeners of a virtual gateway. */
  gateway: { ...FULL_POOL, ...HOST_BY_NAME, ...FIRST_OF_MESH },
  /** A virtual gateway's way to its targets, behind the one before. */
  secondPass: {},
} as const satisfies Readonly<Record<string, ManagerInit>>;

/**
 * The filter that speaks HTTP/1 and HTTP/2, whichever the caller begins with, and asks for its routes over ADS. It
 * waits for them without a limit: a listener without routes would answer 404 where the one before it worked.
 */
export function connectionManager(
  {
    place,
    statPrefix,
    routes,
    accessLog,
  }: {
    readonly place: keyof typeof PLACES;
    readonly statPrefix: string;
    readonly routes: string;
    readonly accessLog: readonly AccessLogInit[];
  },
  options: Options,
): FilterInit {
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
    httpFilters: [extension('envoy.filters.http.router', RouterSchema, {})],
    tracing: {},
    accessLog: [...accessLog],
    upgradeConfigs: [{ upgradeType: UPGRADE, enabled: true }],
    normalizePath: true,
    mergeSlashes: true,
    pathWithEscapedSlashesAction: EscapedSlashes.KEEP_UNCHANGED,
    commonHttpProtocolOptions: serverLimits(options),
    maxRequestHeadersKb: requestHeadersKib(options),
    httpProtocolOptions: http1Server(options),
    http2ProtocolOptions: http2(options, requestHeadersKib(options)),
    serverHeaderTransformation: ServerHeader.PASS_THROUGH,
    proxy100Continue: true,
    internalAddressConfig: NOBODY,
    ...PLACES[place],
  });
}
