import type { MessageInitShape } from '@bufbuild/protobuf';
import type { AccessLogSchema } from '#envoy/envoy/config/accesslog/v3/accesslog_pb.ts';
import { ApiVersion } from '#envoy/envoy/config/core/v3/config_source_pb.ts';
import type { FilterSchema } from '#envoy/envoy/config/listener/v3/listener_components_pb.ts';
import { RouterSchema } from '#envoy/envoy/extensions/filters/http/router/v3/router_pb.ts';
import {
  HttpConnectionManagerSchema,
  HttpConnectionManager_PathWithEscapedSlashesAction as EscapedSlashes,
} from '#envoy/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts';
import { duration } from './duration.ts';
import { extension } from './typed.ts';

/** Envoy's form of an access log. */
export type AccessLogInit = MessageInitShape<typeof AccessLogSchema>;

/** A network filter. */
export type FilterInit = MessageInitShape<typeof FilterSchema>;

/**
 * The filter that speaks HTTP/1.1 and HTTP/2, whichever the caller begins with, and asks for its routes over ADS. It
 * waits for them without a limit: a listener without routes would answer 404 where the one before it worked.
 */
export function connectionManager(options: {
  readonly statPrefix: string;
  readonly routes: string;
  readonly accessLog: readonly AccessLogInit[];
}): FilterInit {
  return extension('envoy.filters.network.http_connection_manager', HttpConnectionManagerSchema, {
    statPrefix: options.statPrefix,
    routeSpecifier: {
      case: 'rds',
      value: {
        routeConfigName: options.routes,
        configSource: {
          configSourceSpecifier: { case: 'ads', value: {} },
          resourceApiVersion: ApiVersion.V3,
          initialFetchTimeout: duration(0),
        },
      },
    },
    httpFilters: [extension('envoy.filters.http.router', RouterSchema, {})],
    tracing: {},
    accessLog: [...options.accessLog],
    upgradeConfigs: [{ upgradeType: 'websocket', enabled: true }],
    normalizePath: true,
    mergeSlashes: true,
    pathWithEscapedSlashesAction: EscapedSlashes.KEEP_UNCHANGED,
  });
}
