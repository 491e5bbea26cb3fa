import { createRegistry, fromBinary, toJson, type JsonObject, type Registry } from '@bufbuild/protobuf';
import { AnySchema, anyUnpack, StringValueSchema } from '@bufbuild/protobuf/wkt';
import { ClusterSchema } from '#envoy/envoy/config/cluster/v3/cluster_pb.ts';
import { ClusterLoadAssignmentSchema } from '#envoy/envoy/config/endpoint/v3/endpoint_pb.ts';
import { TypedExtensionConfigSchema } from '#envoy/envoy/config/core/v3/extension_pb.ts';
import { ListenerSchema } from '#envoy/envoy/config/listener/v3/listener_pb.ts';
import { RouteConfigurationSchema } from '#envoy/envoy/config/route/v3/route_pb.ts';
import { ActionSchema } from '#envoy/envoy/config/rbac/v3/rbac_pb.ts';
import { FileAccessLogSchema } from '#envoy/envoy/extensions/access_loggers/file/v3/file_pb.ts';
import { OpenTelemetryAccessLogConfigSchema } from '#envoy/envoy/extensions/access_loggers/open_telemetry/v3/logs_service_pb.ts';
import { TcpGrpcAccessLogConfigSchema } from '#envoy/envoy/extensions/access_loggers/grpc/v3/als_pb.ts';
import { ExpressionFilterSchema } from '#envoy/envoy/extensions/access_loggers/filters/cel/v3/cel_pb.ts';
import { ConfigSchema as StatsLogSchema } from '#envoy/envoy/extensions/access_loggers/stats/v3/stats_pb.ts';
import { LuaSchema } from '#envoy/envoy/extensions/filters/http/lua/v3/lua_pb.ts';
import { RouterSchema } from '#envoy/envoy/extensions/filters/http/router/v3/router_pb.ts';
import { UpstreamCodecSchema } from '#envoy/envoy/extensions/filters/http/upstream_codec/v3/upstream_codec_pb.ts';
import { RBACSchema as HttpRbacSchema } from '#envoy/envoy/extensions/filters/http/rbac/v3/rbac_pb.ts';
import { OriginalDstSchema } from '#envoy/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.ts';
import { TlsInspectorSchema } from '#envoy/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.ts';
import { ConnectionLimitSchema } from '#envoy/envoy/extensions/filters/network/connection_limit/v3/connection_limit_pb.ts';
import { ConfigSchema as DirectResponseSchema } from '#envoy/envoy/extensions/filters/network/direct_response/v3/config_pb.ts';
import { HttpConnectionManagerSchema } from '#envoy/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts';
import { RBACSchema as NetworkRbacSchema } from '#envoy/envoy/extensions/filters/network/rbac/v3/rbac_pb.ts';
import { TcpProxySchema } from '#envoy/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.ts';
import { HeaderMutationSchema } from '#envoy/envoy/extensions/http/early_header_mutation/header_mutation/v3/header_mutation_pb.ts';
import {
  DestinationIPInputSchema,
  DestinationPortInputSchema,
  DirectSourceIPInputSchema,
  ServerNameInputSchema,
  SourceIPInputSchema,
} from '#envoy/envoy/extensions/matching/common_inputs/network/v3/network_inputs_pb.ts';
import { UriSanInputSchema } from '#envoy/envoy/extensions/matching/common_inputs/ssl/v3/ssl_inputs_pb.ts';
import { IpSchema } from '#envoy/envoy/extensions/matching/input_matchers/ip/v3/ip_pb.ts';
import { CaresDnsResolverConfigSchema } from '#envoy/envoy/extensions/network/dns_resolver/cares/v3/cares_dns_resolver_pb.ts';
import { PreviousHostsPredicateSchema } from '#envoy/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb.ts';
import { HttpProtocolOptionsSchema } from '#envoy/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.ts';
import { SecretSchema } from '#envoy/envoy/extensions/transport_sockets/tls/v3/secret_pb.ts';
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '#envoy/envoy/extensions/transport_sockets/tls/v3/tls_pb.ts';
import { HttpRequestHeaderMatchInputSchema } from '#envoy/envoy/type/matcher/v3/http_inputs_pb.ts';
import type { Resource } from '../../xds/types.ts';

/** Every message that `translate` packs into an `Any`, at any depth. */
export const REGISTRY: Registry = createRegistry(
  ClusterSchema,
  ClusterLoadAssignmentSchema,
  TypedExtensionConfigSchema,
  ListenerSchema,
  RouteConfigurationSchema,
  FileAccessLogSchema,
  StatsLogSchema,
  OpenTelemetryAccessLogConfigSchema,
  ExpressionFilterSchema,
  TcpGrpcAccessLogConfigSchema,
  RouterSchema,
  LuaSchema,
  UpstreamCodecSchema,
  HeaderMutationSchema,
  OriginalDstSchema,
  TlsInspectorSchema,
  ConnectionLimitSchema,
  DirectResponseSchema,
  HttpConnectionManagerSchema,
  TcpProxySchema,
  DestinationIPInputSchema,
  DestinationPortInputSchema,
  ServerNameInputSchema,
  HttpRbacSchema,
  NetworkRbacSchema,
  ActionSchema,
  UriSanInputSchema,
  DirectSourceIPInputSchema,
  SourceIPInputSchema,
  IpSchema,
  HttpRequestHeaderMatchInputSchema,
  StringValueSchema,
  CaresDnsResolverConfigSchema,
  PreviousHostsPredicateSchema,
  HttpProtocolOptionsSchema,
  SecretSchema,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
);

/**
 * Converts a resource to Envoy's JSON in the spelling of its reference (`stat_prefix`), with extensions unpacked.
 * @throws Error if it holds a message that is not in the registry
 */
export function resourceJson({ name, any }: Resource): JsonObject {
  const message = anyUnpack(fromBinary(AnySchema, any), REGISTRY);
  const schema = message === undefined ? undefined : REGISTRY.getMessage(message.$typeName);
  if (message === undefined || schema === undefined)
    throw new Error(`resource ${name} is of an unknown type`);
  return toJson(schema, message, { registry: REGISTRY, useProtoFieldName: true }) as JsonObject;
}
