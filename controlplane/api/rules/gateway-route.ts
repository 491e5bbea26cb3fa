import type {
  GatewayRouteSpec,
  GrpcGatewayRouteMatch,
  HttpGatewayRoute,
  HttpGatewayRouteMatch,
} from '../../model/types.ts';
import { memberPath, type Violation } from '../violation.ts';
import { absolutePath, exactlyOneOf, grpcService } from './matches.ts';

/** A gateway route is of one protocol, matches something, and rewrites what it matched by. */
export function gatewayRouteSpec(value: GatewayRouteSpec, path: string): readonly Violation[] {
  return [
    ...exactlyOneOf(value, path, 'grpcRoute', 'http2Route', 'httpRoute'),
    ...httpRoute(value.httpRoute, memberPath(path, 'httpRoute')),
    ...httpRoute(value.http2Route, memberPath(path, 'http2Route')),
    ...grpcMatch(value.grpcRoute?.match, memberPath(path, 'grpcRoute.match')),
  ];
}

function httpRoute(route: HttpGatewayRoute | undefined, path: string): readonly Violation[] {
  if (route === undefined) return [];
  return [
    ...httpMatch(route.match, memberPath(path, 'match')),
    ...rewrite(route, memberPath(path, 'action.rewrite')),
  ];
}

// A match by port alone was accepted too.
function httpMatch(match: HttpGatewayRouteMatch, path: string): readonly Violation[] {
  const found: Violation[] = [];
  const { prefix, path: exactOrRegex, hostname, port } = match;
  if (prefix === undefined && exactOrRegex === undefined && hostname === undefined && port === undefined) {
    found.push({
      path,
      value: match,
      constraint: 'Member must set one of [prefix, path, hostname, port] at least',
    });
  }
  if (prefix !== undefined && exactOrRegex !== undefined) {
    found.push({ path, value: match, constraint: 'Member must not set both prefix and path' });
  }
  if (prefix !== undefined) found.push(...absolutePath(prefix, memberPath(path, 'prefix')));
  return found;
}

function grpcMatch(match: GrpcGatewayRouteMatch | undefined, path: string): readonly Violation[] {
  if (match === undefined) return [];
  const { serviceName, hostname, port } = match;
  if (serviceName !== undefined) return grpcService(serviceName, memberPath(path, 'serviceName'));
  if (hostname !== undefined || port !== undefined) return [];
  return [
    { path, value: match, constraint: 'Member must set one of [serviceName, hostname, port] at least' },
  ];
}

function rewrite({ match, action }: HttpGatewayRoute, path: string): readonly Violation[] {
  const { prefix, path: whole } = action.rewrite ?? {};
  const found: Violation[] = [];
  const wrong = (member: string, value: unknown, constraint: string): void => {
    found.push({ path: memberPath(path, member), value, constraint });
  };
  if (prefix !== undefined) {
    found.push(...exactlyOneOf(prefix, memberPath(path, 'prefix'), 'defaultPrefix', 'value'));
    if (match.path !== undefined) wrong('prefix', prefix, 'Member must be null where match.path is set');
    const { value } = prefix;
    if (value !== undefined && !(value.startsWith('/') && value.endsWith('/'))) {
      wrong('prefix.value', value, 'Member must begin and end with /');
    }
  }
  if (whole !== undefined) {
    if (match.path === undefined) wrong('path', whole, 'Member must be null where match.path is not set');
    if (whole.exact?.startsWith('/') !== true) wrong('path.exact', whole.exact, 'Member must begin with /');
  }
  return found;
}
