import type { GatewayRouteSpec, HttpGatewayRoute } from '../../model/types.ts';
import { memberPath } from '../validation/violation.ts';
import { absolutePrefix, atMostOneOf, oneRouteType } from './matches.ts';
import type { Broken } from './rule.ts';

/** Checks a gateway route: it has one protocol, and sets at most one of each pair of exclusive matches and rewrites. */
export function gatewayRouteSpec(value: GatewayRouteSpec, path: string): readonly Broken[] {
  return [
    ...oneRouteType(value, path, 'grpcRoute', 'http2Route', 'httpRoute'),
    ...httpRoute(value.httpRoute, memberPath(path, 'httpRoute')),
    ...httpRoute(value.http2Route, memberPath(path, 'http2Route')),
    ...grpcService(value.grpcRoute?.match.serviceName, memberPath(path, 'grpcRoute.match.serviceName')),
  ];
}

function httpRoute(route: HttpGatewayRoute | undefined, path: string): readonly Broken[] {
  if (route === undefined) return [];
  const at = memberPath(path, 'match');
  const { match, action } = route;
  const prefix = action.rewrite?.prefix ?? {};
  return [
    ...atMostOneOf(match, at, 'path', 'prefix'),
    ...absolutePrefix(match.prefix, memberPath(at, 'prefix')),
    ...reservedPrefix(match.prefix, memberPath(at, 'prefix')),
    ...atMostOneOf(prefix, memberPath(path, 'action.rewrite.prefix'), 'defaultPrefix', 'value'),
  ];
}

/** The path prefixes that App Mesh reserved. */
function reservedPrefix(value: string | undefined, path: string): readonly Broken[] {
  if (value === undefined || !/^\/aws-app-?mesh/.test(value)) return [];
  const constraint = 'Member must not begin with /aws-appmesh or /aws-app-mesh, which are reserved';
  return [{ rule: 'reserved-prefix', path, value, constraint }];
}

/** The gRPC services that App Mesh reserved. */
function grpcService(value: string | undefined, path: string): readonly Broken[] {
  if (value === undefined || !/^aws\.app-?mesh/.test(value)) return [];
  const constraint = 'Member must not begin with aws.appmesh or aws.app-mesh, which are reserved';
  return [{ rule: 'reserved-grpc-service', path, value, constraint }];
}
