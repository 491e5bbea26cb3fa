import { anyUnpack } from '@bufbuild/protobuf/wkt';
import type { Cluster } from '#envoy/envoy/config/cluster/v3/cluster_pb.ts';
import {
  HeaderValueOption_HeaderAppendAction as Append,
  type HeaderValueOption,
} from '#envoy/envoy/config/core/v3/base_pb.ts';
import type { Route, RouteAction, VirtualHost } from '#envoy/envoy/config/route/v3/route_components_pb.ts';
import { HttpProtocolOptionsSchema } from '#envoy/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.ts';
import { keptHeaders } from './manager/joined-headers.ts';
import { saysEmptyBody } from './manager/methods.ts';
import { tracedId } from './manager/request-id.ts';
import {
  linesOf,
  pathOf,
  type HeaderValue,
  type IncomingRequest,
  type Protocol,
  type RoutedRequest,
} from './request.ts';

/** How a request leaves the proxy: its route and virtual host, and whether Envoy adds headers with the original values. */
export type Departure = {
  readonly host: VirtualHost;
  readonly route: Route;
  readonly action: RouteAction;
  readonly cluster: Cluster | undefined;
  readonly saysOriginals: boolean;
  readonly isTraced: boolean;
  readonly upgrade: string | undefined;
};

type Mutable = Map<string, readonly HeaderValue[]>;

/** Headers that the router or the tracer removes, although the manager keeps them. */
const READ_BY_ROUTER = ['x-envoy-decorator-operation', 'x-envoy-upstream-stream-duration-ms'];

/** Returns the request as it arrives at the listener that a route sends it to: a gateway's second pass. */
export function sentOn(request: RoutedRequest, departure: Departure): IncomingRequest {
  const { host, route, action, cluster, saysOriginals, isTraced, upgrade } = departure;
  const protocol = protocolOf(cluster, request.protocol);
  const headers: Mutable = new Map(request.headers);
  for (const name of READ_BY_ROUTER) headers.delete(name);
  if (isTraced) markTraced(headers);
  for (const level of [route, host]) mutate(headers, level);
  const authority = rewrittenHost(headers, request.authority, action, saysOriginals);
  const target = rewrittenTarget(headers, request.target ?? '/', route, action, saysOriginals);
  if (protocol === 'HTTP/1.1' && saysEmptyBody(request.method) && !headers.has('content-length'))
    headers.set('content-length', ['0']);
  return {
    protocol,
    method: request.method,
    scheme: request.scheme === 'https' ? 'https' : 'http',
    tls: false,
    authority,
    target,
    ...(protocol === 'HTTP/2' && upgrade !== undefined
      ? upgradeOverHttp2(headers, upgrade)
      : { headers: linesOf(keptHeaders(linesOf(headers), protocol)) }),
  };
}

function markTraced(headers: Mutable): void {
  const ids = headers.get('x-request-id') ?? [];
  if (ids.length === 0) return;
  const hasClientTraceId = headers.has('x-client-trace-id');
  headers.set(
    'x-request-id',
    ids.map((id) => tracedId(id, hasClientTraceId)),
  );
}

/** Returns the path and query of a request as the target of a route gets them. */
export function leaving({ target = '/' }: RoutedRequest, route: Route): string {
  return route.action.case === 'route'
    ? rewrittenTarget(new Map(), target, route, route.action.value, false)
    : target;
}

/** HTTP/2 requests an upgrade by its own method (extended CONNECT), which becomes a GET again at the other end. */
function upgradeOverHttp2(
  headers: Mutable,
  upgrade: string,
): Pick<IncomingRequest, 'method' | 'headers' | 'upgrade'> {
  const kept = new Map(headers);
  for (const name of ['connection', 'upgrade']) kept.delete(name);
  if (kept.get('content-length')?.[0] === '0') kept.delete('content-length');
  return { method: 'GET', headers: linesOf(keptHeaders(linesOf(kept), 'HTTP/2')), upgrade };
}

function protocolOf(cluster: Cluster | undefined, callers: Protocol): Protocol {
  const any = cluster?.typedExtensionProtocolOptions[HttpProtocolOptionsSchema.typeName];
  const options = any && anyUnpack(any, HttpProtocolOptionsSchema)?.upstreamProtocolOptions;
  if (options?.case === 'useDownstreamProtocolConfig') return callers;
  const explicit = options?.case === 'explicitHttpConfig' ? options.value.protocolConfig.case : undefined;
  return explicit === 'http2ProtocolOptions' ? 'HTTP/2' : 'HTTP/1.1';
}

function mutate(
  headers: Mutable,
  level: Pick<Route, 'requestHeadersToAdd' | 'requestHeadersToRemove'>,
): void {
  for (const name of level.requestHeadersToRemove) headers.delete(name.toLowerCase());
  for (const option of level.requestHeadersToAdd) add(headers, option);
}

function add(headers: Mutable, { header, appendAction }: HeaderValueOption): void {
  if (header === undefined) return;
  const name = header.key.toLowerCase();
  const there = headers.get(name) ?? [];
  if (there.length > 0 && appendAction === Append.ADD_IF_ABSENT) return;
  if (there.length === 0 && appendAction === Append.OVERWRITE_IF_EXISTS) return;
  const kept = appendAction === Append.APPEND_IF_EXISTS_OR_ADD ? there : [];
  headers.set(name, [...kept, header.value]);
}

function rewrittenHost(
  headers: Mutable,
  before: string,
  { hostRewriteSpecifier: host, appendXForwardedHost }: RouteAction,
  saysOriginals: boolean,
): string {
  if (host.case !== 'hostRewriteLiteral') return before;
  if (saysOriginals) headers.set('x-envoy-original-host', [before]);
  if (appendXForwardedHost)
    headers.set('x-forwarded-host', [...(headers.get('x-forwarded-host') ?? []), before]);
  return host.value;
}

/** Replaces a prefix, or the whole path of an exact match or an expression. */
function rewrittenTarget(
  headers: Mutable,
  before: string,
  { match }: Route,
  { prefixRewrite }: RouteAction,
  saysOriginals: boolean,
): string {
  if (prefixRewrite === '') return before;
  if (saysOriginals) headers.set('x-envoy-original-path', [before]);
  const specifier = match?.pathSpecifier;
  const matched = specifier?.case === 'prefix' ? specifier.value.length : pathOf(before).length;
  return `${prefixRewrite}${before.slice(matched)}`;
}
