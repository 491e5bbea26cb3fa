import type {
  GrpcRetryPolicy,
  GrpcRouteMatch,
  HttpRetryPolicy,
  HttpRoute,
  HttpRouteMatch,
  RouteSpec,
  WeightedTargets,
} from '../../model/types.ts';
import { memberPath, type Violation } from '../violation.ts';
import { absolutePath, exactlyOneOf, grpcService } from './matches.ts';

/** What `httpRetryEvents` may name; the model leaves it open. */
const HTTP_RETRY_EVENTS = ['server-error', 'gateway-error', 'client-error', 'stream-error'];

/** A route is of one protocol. */
export function routeSpec(value: RouteSpec, path: string): readonly Violation[] {
  return [
    ...exactlyOneOf(value, path, 'grpcRoute', 'http2Route', 'httpRoute', 'tcpRoute'),
    ...httpRoute(value.httpRoute, memberPath(path, 'httpRoute')),
    ...httpRoute(value.http2Route, memberPath(path, 'http2Route')),
    ...scheme(value.httpRoute, memberPath(path, 'httpRoute.match.scheme')),
    ...grpcMatch(value.grpcRoute?.match, memberPath(path, 'grpcRoute.match')),
  ];
}

/** Where traffic goes: Envoy refuses a route that leads nowhere. */
export function weightedTargets(value: WeightedTargets, path: string): readonly Violation[] {
  if (value.some(({ weight }) => weight > 0)) return [];
  return [{ path, value, constraint: 'Member must have a weight greater than 0 in one target at least' }];
}

/** When to try again: on something. */
export function retryPolicy(value: HttpRetryPolicy | GrpcRetryPolicy, path: string): readonly Violation[] {
  const events = Object.keys(value).filter((member) => member.endsWith('RetryEvents'));
  if (events.length > 0) return [];
  const constraint = 'Member must set httpRetryEvents, tcpRetryEvents or, in a gRPC route, grpcRetryEvents';
  return [{ path, value, constraint }];
}

/** One of the events that App Mesh knows. */
export function retryEvent(value: string, path: string): readonly Violation[] {
  if (HTTP_RETRY_EVENTS.includes(value)) return [];
  const constraint = `Member must satisfy enum value set: [${HTTP_RETRY_EVENTS.join(', ')}]`;
  return [{ path, value, constraint }];
}

function httpRoute(route: HttpRoute | undefined, path: string): readonly Violation[] {
  if (route === undefined) return [];
  const at = memberPath(path, 'match');
  const { match } = route;
  return [...exactlyOneOf<HttpRouteMatch>(match, at, 'path', 'prefix'), ...prefix(match.prefix, at)];
}

function prefix(value: string | undefined, path: string): readonly Violation[] {
  return value === undefined ? [] : absolutePath(value, memberPath(path, 'prefix'));
}

function scheme(route: HttpRoute | undefined, path: string): readonly Violation[] {
  const value = route?.match.scheme;
  return value === undefined
    ? []
    : [{ path, value, constraint: 'Member must be null: only an http2Route matches by scheme' }];
}

function grpcMatch(match: GrpcRouteMatch | undefined, path: string): readonly Violation[] {
  if (match === undefined) return [];
  const { methodName, serviceName } = match;
  const at = memberPath(path, 'serviceName');
  if (serviceName !== undefined) return grpcService(serviceName, at);
  if (methodName === undefined) return [];
  return [{ path: at, value: undefined, constraint: 'Member must not be null where methodName is set' }];
}
