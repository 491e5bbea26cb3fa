import type { HttpRoute, RouteSpec, WeightedTarget } from '../../../controlplane/model/types.ts';
import { byRank, type Rank } from '../../../controlplane/translate/envoy/order.ts';
import type { Typed } from '../resources.ts';

/** The protocols of a route. */
export type RouteProtocol = 'http' | 'http2' | 'grpc' | 'tcp';

/** A target with its weight, and its share of 1 of the route's requests. */
export type Target = {
  readonly virtualNode: string;
  readonly weight: number;
  readonly share: number;
  readonly port?: number;
};

/** Returns the protocol of a route. */
export function protocolOf(spec: RouteSpec): RouteProtocol {
  if (spec.http2Route !== undefined) return 'http2';
  if (spec.grpcRoute !== undefined) return 'grpc';
  return spec.tcpRoute === undefined ? 'http' : 'tcp';
}

/** Returns the targets of a route with their shares. A route whose weights are all 0 sends nothing. */
export function targetsOf(spec: RouteSpec): Target[] {
  const action = (spec.httpRoute ?? spec.http2Route ?? spec.grpcRoute ?? spec.tcpRoute)?.action;
  const targets = action?.weightedTargets ?? [];
  return withShares(
    targets.map(({ virtualNode, weight, port }) => ({
      virtualNode,
      weight,
      ...(port === undefined ? {} : { port }),
    })),
  );
}

/** Returns the specification with these targets; all else stays as it is, and so do further members of a target that it had. */
export function withTargets(spec: RouteSpec, targets: readonly Omit<Target, 'share'>[]): RouteSpec {
  const weighted = <T extends { action: { weightedTargets: readonly WeightedTarget[] } }>(route: T): T => {
    const had = route.action.weightedTargets;
    const weightedTargets = targets.map(({ virtualNode, weight, port }, index) => {
      const old = had[index]?.virtualNode === virtualNode ? had[index] : undefined;
      return { ...old, virtualNode, weight, ...(port === undefined ? {} : { port }) };
    });
    return { ...route, action: { ...route.action, weightedTargets } };
  };
  return {
    ...spec,
    ...(spec.httpRoute && { httpRoute: weighted(spec.httpRoute) }),
    ...(spec.http2Route && { http2Route: weighted(spec.http2Route) }),
    ...(spec.grpcRoute && { grpcRoute: weighted(spec.grpcRoute) }),
    ...(spec.tcpRoute && { tcpRoute: weighted(spec.tcpRoute) }),
  };
}

/** Returns targets with the share of each. */
export function withShares(targets: readonly Omit<Target, 'share'>[]): Target[] {
  const sum = targets.reduce((all, { weight }) => all + weight, 0);
  return targets.map((target) => ({ ...target, share: sum === 0 ? 0 : target.weight / sum }));
}

/** Returns routes in the order in which a proxy tries them, the first match wins. */
export function inMatchOrder(routes: readonly Typed<'route'>[]): Typed<'route'>[] {
  return routes.toSorted((a, b) => byRank(rankOf(a), rankOf(b)));
}

function rankOf({ name, spec }: Typed<'route'>): Rank {
  return { priority: spec.priority, path: pathOf(spec), name };
}

function pathOf({ httpRoute, http2Route, grpcRoute }: RouteSpec): string {
  const http: HttpRoute | undefined = httpRoute ?? http2Route;
  if (http !== undefined) {
    const { path, prefix = '/' } = http.match;
    return path?.exact ?? path?.regex ?? prefix;
  }
  const { serviceName, methodName = '' } = grpcRoute?.match ?? {};
  return serviceName === undefined ? '' : `/${serviceName}/${methodName}`;
}

/** Describes a match in a line for people, e.g. `GET /api*  x-user = 1`. Empty: everything. */
export function describeMatch(spec: RouteSpec): string {
  const http = spec.httpRoute ?? spec.http2Route;
  const parts: string[] = [];
  if (http !== undefined) {
    const { method, path, prefix, scheme, headers = [], queryParameters = [], port } = http.match;
    if (method !== undefined) parts.push(method);
    if (scheme !== undefined) parts.push(`${scheme}://`);
    parts.push(path?.exact ?? (path?.regex === undefined ? `${prefix ?? '/'}*` : `~ ${path.regex}`));
    for (const { name, match } of queryParameters) parts.push(`?${name}${valueOf(match)}`);
    for (const { name, match, invert } of headers)
      parts.push(`${invert === true ? 'not ' : ''}${name}${valueOf(match)}`);
    if (port !== undefined) parts.push(`:${port}`);
  }
  if (spec.grpcRoute !== undefined) {
    const { serviceName = '*', methodName = '*', metadata = [], port } = spec.grpcRoute.match;
    parts.push(`${serviceName}/${methodName}`);
    for (const { name, match } of metadata) parts.push(`${name}${valueOf(match)}`);
    if (port !== undefined) parts.push(`:${port}`);
  }
  if (spec.tcpRoute?.match?.port !== undefined) parts.push(`:${spec.tcpRoute.match.port}`);
  return parts.join(' ');
}

function valueOf(match: object | undefined): string {
  if (match === undefined) return '';
  const [entry] = Object.entries(match);
  if (entry === undefined) return '';
  const [how, value] = entry as [string, unknown];
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (how === 'exact') return ` = ${text}`;
  if (how === 'regex') return ` ~ ${text}`;
  return ` ${how} ${text}`;
}
