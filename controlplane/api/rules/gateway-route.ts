import type { GatewayRouteSpec, HttpGatewayRoute } from '../../model/types.ts';
import { memberPath } from '../validation/violation.ts';
import { absolutePrefix, atMostOneOf, oneRouteType } from './matches.ts';
import type { Broken } from './rule.ts';

/** A gateway route is of one protocol; what it matches by and rewrites is one thing where two exclude each other. */
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

/** The beginning of paths that App Mesh kept for itself. */
function reservedPrefix(value: string | undefined, path: string): readonly Broken[] {
  if (value === undefined || !/^\/aws-app-?mesh/.test(value)) return [];
  const constraint = 'Member must not begin with /aws-appmesh or /aws-app-mesh, which are reserved';
  return [{ rule: 'reserved-prefix', path, value, constraint }];
}

/** Services that App Mesh kept for itself. */
function grpcService(value: string | undefined, path: string): readonly Broken[] {
  if (value === undefined || !/^aws\.app-?mesh/.test(value)) return [];
  const constraint = 'Member must not begin with aws.appmesh or aws.app-mesh, which are reserved';
  return [{ rule: 'reserved-grpc-service', path, value, constraint }];
}
