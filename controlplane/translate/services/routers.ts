import type { ProviderView, RouteView, TargetNode } from '../../mesh/proxy-view.ts';
import type {
  GrpcRoute,
  HttpRoute,
  PortProtocol,
  RouteSpec,
  TcpRoute,
  WeightedTargets,
} from '../../model/types.ts';
import { IDLE_TIMEOUT, REQUEST_TIMEOUT } from '../defaults.ts';
import { milliseconds } from '../envoy/duration.ts';
import { conditionsProblem, grpcConditions, httpConditions } from '../envoy/routes/match.ts';
import { byRank } from '../envoy/order.ts';
import { defaultRetryPolicy, retryPolicy } from '../envoy/routes/retry.ts';
import type { HttpServicePort, ServicePort, Rule, Target } from './service-port.ts';
import type { Report } from '../problems.ts';
import { onePerPort, resolveTarget } from './targets.ts';

type Router = Extract<ProviderView, { kind: 'virtualRouter' }>;
type Port = { readonly port: number; readonly protocol: PortProtocol };

/** A route of a listener, in one of its two shapes. */
type Placed =
  | { readonly kind: 'http'; readonly view: RouteView; readonly route: HttpRoute }
  | { readonly kind: 'grpc'; readonly view: RouteView; readonly route: GrpcRoute }
  | { readonly kind: 'tcp'; readonly view: RouteView; readonly route: TcpRoute };

/** Returns the service ports of a virtual router's listeners under the name of a virtual service. */
export function routerServicePorts(service: string, router: Router, report: Report): readonly ServicePort[] {
  const where = `virtualRouter/${router.name}`;
  const listeners = router.listeners.length > 0 ? router.listeners : targetListeners(router);
  const ports = onePerPort(listeners, where, report).map(({ portMapping }) => portMapping);
  for (const { name, spec } of router.routes) {
    if (ports.some((port) => place({ name, spec }, port) !== undefined)) continue;
    report(`${where}/route/${name}`, 'no listener of the virtual router has its protocol and port');
  }
  return ports.flatMap((port) => {
    const placed = router.routes.flatMap((route) => place(route, port) ?? []);
    return port.protocol === 'tcp'
      ? tcpServicePort(service, router, port.port, placed, report)
      : [httpServicePort(service, router, { port: port.port, protocol: port.protocol }, placed, report)];
  });
}

/** A router without listeners, as the API of 2018-10-01 makes them, has the ports of its targets. */
function targetListeners({ nodes }: Router): readonly { readonly portMapping: Port }[] {
  const mappings = nodes.flatMap(({ listeners }) => listeners.map(({ portMapping }) => portMapping));
  const distinct = new Map(mappings.map((mapping) => [`${mapping.port} ${mapping.protocol}`, mapping]));
  return [...distinct.values()].toSorted((a, b) => a.port - b.port).map((portMapping) => ({ portMapping }));
}

/** Returns the part of a route for a listener's protocol, if its match allows the port. */
function place(view: RouteView, { port, protocol }: Port): Placed | undefined {
  const found = placedKind(view, view.spec, protocol);
  const wanted = found?.route.match?.port;
  return wanted === undefined || wanted === port ? found : undefined;
}

function placedKind(view: RouteView, spec: RouteSpec, protocol: PortProtocol): Placed | undefined {
  const { httpRoute, http2Route, grpcRoute, tcpRoute } = spec;
  if (protocol === 'http' && httpRoute !== undefined) return { kind: 'http', view, route: httpRoute };
  if (protocol === 'http2' && http2Route !== undefined) return { kind: 'http', view, route: http2Route };
  if (protocol === 'grpc' && grpcRoute !== undefined) return { kind: 'grpc', view, route: grpcRoute };
  if (protocol === 'tcp' && tcpRoute !== undefined) return { kind: 'tcp', view, route: tcpRoute };
  return undefined;
}

function httpServicePort(
  service: string,
  router: Router,
  { port, protocol }: Pick<HttpServicePort, 'port' | 'protocol'>,
  placed: readonly Placed[],
  report: Report,
): HttpServicePort {
  const ranked = placed.flatMap((each) => {
    if (each.kind === 'tcp') return [];
    const { name, spec } = each.view;
    const where = `virtualRouter/${router.name}/route/${name}`;
    const conditions =
      each.kind === 'grpc' ? grpcConditions(each.route.match) : httpConditions(each.route.match);
    const problem = conditionsProblem(conditions);
    if (problem !== undefined) {
      report(where, `the route has no effect: ${problem}`);
      return [];
    }
    const { weightedTargets } = each.route.action;
    const targets = resolveTargets(weightedTargets, { protocol, port }, router.nodes, where, report);
    const { retryPolicy: retry, timeout } = each.route;
    const rule: Rule = {
      name,
      conditions,
      targets,
      timeout: milliseconds(timeout?.perRequest) ?? REQUEST_TIMEOUT,
      idle: milliseconds(timeout?.idle),
      retry: retry === undefined ? defaultRetryPolicy() : retryPolicy(retry, where, report),
    };
    return [{ priority: spec.priority, path: conditions.path.text, name, rule }];
  });
  return { kind: 'http', service, port, protocol, rules: ranked.toSorted(byRank).map(({ rule }) => rule) };
}

/** Connections do not distinguish routes, so the first route by priority and name takes all of them. */
function tcpServicePort(
  service: string,
  router: Router,
  port: number,
  placed: readonly Placed[],
  report: Report,
): readonly ServicePort[] {
  const ranked = placed
    .flatMap((each) => (each.kind === 'tcp' ? [each] : []))
    .map((each) => ({ ...each, priority: each.view.spec.priority, path: '', name: each.view.name }))
    .toSorted(byRank);
  const [first, ...others] = ranked;
  if (first === undefined) return [];
  for (const { name } of others) {
    report(
      `virtualRouter/${router.name}/route/${name}`,
      `TCP route ${first.name} has port ${port} before it`,
    );
  }
  const where = `virtualRouter/${router.name}/route/${first.name}`;
  const { weightedTargets } = first.route.action;
  const targets = resolveTargets(weightedTargets, { protocol: 'tcp', port }, router.nodes, where, report);
  const idle = milliseconds(first.route.timeout?.idle) ?? IDLE_TIMEOUT;
  return [{ kind: 'tcp', service, port, router: router.name, targets, idle }];
}

/** Returns the usable targets, among which the share of the others is divided. */
function resolveTargets(
  targets: WeightedTargets,
  route: Port,
  nodes: readonly TargetNode[],
  where: string,
  report: Report,
): readonly Target[] {
  const resolved = targets.flatMap((target): readonly Target[] => {
    const found = resolveTarget(target, route, nodes);
    if (!('problem' in found)) return [found];
    report(where, found.problem);
    return [];
  });
  if (resolved.every(({ weight }) => weight === 0)) {
    const answer = route.protocol === 'tcp' ? 'connections are closed' : 'the answer is 503';
    const why = resolved.length === 0 ? 'no target can be reached' : 'no target has a weight above 0';
    report(where, `${why}: ${answer}`);
  }
  return resolved;
}
