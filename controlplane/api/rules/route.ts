import type {
  GrpcRetryPolicy,
  GrpcRouteMatch,
  HttpRetryPolicy,
  HttpRoute,
  RouteSpec,
} from '../../model/types.ts';
import { HTTP_RETRY_EVENTS, isHttpRetryEvent } from '../../mesh/retry-events.ts';
import { memberPath } from '../validation/violation.ts';
import { absolutePrefix, atMostOneOf, oneRouteType } from './matches.ts';
import type { Broken } from './rule.ts';

/** Checks a route: it has one protocol. An HTTP route matches by prefix, by path, or, with neither, every path. */
export function routeSpec(value: RouteSpec, path: string): readonly Broken[] {
  return [
    ...oneRouteType(value, path, 'grpcRoute', 'http2Route', 'httpRoute', 'tcpRoute'),
    ...httpRoute(value.httpRoute, memberPath(path, 'httpRoute.match')),
    ...httpRoute(value.http2Route, memberPath(path, 'http2Route.match')),
    ...grpcMatch(value.grpcRoute?.match, memberPath(path, 'grpcRoute.match')),
  ];
}

/** Checks a retry policy: it needs at least one event. */
export function retryPolicy(value: HttpRetryPolicy | GrpcRetryPolicy, path: string): readonly Broken[] {
  const events = Object.keys(value).filter((member) => member.endsWith('RetryEvents'));
  if (events.length > 0) return [];
  const constraint = 'Member must set httpRetryEvents, tcpRetryEvents or, in a gRPC route, grpcRetryEvents';
  return [{ rule: 'retry-some-event', path, value, constraint }];
}

/** Checks that a retry event is one of App Mesh's. */
export function retryEvent(value: string, path: string): readonly Broken[] {
  if (isHttpRetryEvent(value)) return [];
  const constraint = `Member must satisfy enum value set: [${HTTP_RETRY_EVENTS.join(', ')}]`;
  return [{ rule: 'retry-event', path, value, constraint }];
}

function httpRoute(route: HttpRoute | undefined, path: string): readonly Broken[] {
  if (route === undefined) return [];
  const { match } = route;
  return [
    ...atMostOneOf(match, path, 'path', 'prefix'),
    ...absolutePrefix(match.prefix, memberPath(path, 'prefix')),
  ];
}

function grpcMatch(match: GrpcRouteMatch | undefined, path: string): readonly Broken[] {
  if (match?.methodName === undefined || match.serviceName !== undefined) return [];
  const constraint = 'Member must not be null if methodName is set';
  return [
    { rule: 'grpc-method-of-service', path: memberPath(path, 'serviceName'), value: undefined, constraint },
  ];
}
