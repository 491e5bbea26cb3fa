import type { GatewayRouteView } from '../../mesh/proxy-view.ts';
import type { GrpcGatewayRoute, HttpGatewayRoute } from '../../model/types.ts';
import { conditionsProblem, grpcConditions, httpConditions, type Conditions } from '../envoy/routes/match.ts';
import type { HttpProtocol } from '../names.ts';
import type { HttpServicePort } from '../services/service-port.ts';
import { hostPattern, hostProblem, type HostPattern } from './hosts.ts';
import { rewriteProblem, rewrites, type Rewrite } from './rewrites.ts';

/**
 * A virtual service with its HTTP service ports, as a gateway sees it. `tcpPorts`: its TCP ports, to which a gateway cannot
 * send.
 */
export type GatewayService = {
  readonly name: string;
  readonly servicePorts: readonly HttpServicePort[];
  readonly tcpPorts: readonly number[];
};

/** A gateway route: its hosts, its match with rewrites, and its target. */
export type GatewayRule = {
  readonly name: string;
  readonly priority: number | undefined;
  readonly host: HostPattern;
  readonly conditions: Conditions;
  readonly rewrites: readonly Rewrite[];
  readonly service: GatewayService;
  /** The target service port; undefined if the service has none. */
  readonly servicePort: HttpServicePort | undefined;
  /** Whether the host name becomes the service's name; if not, a header selects the service in the second pass. */
  readonly rewritesHost: boolean;
};

type Placed =
  | { readonly kind: 'http'; readonly route: HttpGatewayRoute }
  | { readonly kind: 'grpc'; readonly route: GrpcGatewayRoute };

/** Whether a gateway route belongs to a listener: the protocol is equal, and the port is equal or absent. */
export function fits({ spec }: GatewayRouteView, protocol: HttpProtocol, port: number): boolean {
  const placed = place(spec, protocol);
  return placed !== undefined && (placed.route.match.port ?? port) === port;
}

/** Compiles a gateway route for a listener that it fits, or returns why it has no effect. */
export function gatewayRule(
  { name, spec }: GatewayRouteView,
  protocol: HttpProtocol,
  services: ReadonlyMap<string, GatewayService>,
): GatewayRule | { readonly problem: string } {
  const placed = place(spec, protocol);
  if (placed === undefined) return { problem: `it is not for ${protocol}` };
  const { action, match } = placed.route;
  const { port, virtualService } = action.target;
  const service = services.get(virtualService.virtualServiceName);
  if (service === undefined) {
    return { problem: `nothing can be sent to virtual service ${virtualService.virtualServiceName}` };
  }
  const servicePort =
    port === undefined ? service.servicePorts[0] : service.servicePorts.find((each) => each.port === port);
  if (servicePort === undefined && service.servicePorts.length > 0) {
    const isTcp = service.tcpPorts.some((each) => each === port);
    const what = isTcp ? 'TCP alone, which a virtual gateway cannot send it,' : 'no requests';
    return { problem: `virtual service ${service.name} takes ${what} on port ${port}` };
  }
  if (port === undefined && service.servicePorts.length > 1) {
    return { problem: `virtual service ${service.name} has several ports, and the target names none` };
  }
  const { conditions, rendered, problem } = render(placed);
  const host = hostPattern(match.hostname);
  const why = conditionsProblem(conditions) ?? problem ?? hostProblem(host);
  if (why !== undefined) return { problem: why };
  const rewritesHost = action.rewrite?.hostname?.defaultTargetHostname !== 'DISABLED';
  return {
    name,
    priority: spec.priority,
    host,
    conditions,
    rewrites: rendered,
    service,
    servicePort,
    rewritesHost,
  };
}

/** gRPC has no paths to rewrite: a call's path is its method. */
function render(placed: Placed): {
  readonly conditions: Conditions;
  readonly rendered: readonly Rewrite[];
  readonly problem: string | undefined;
} {
  if (placed.kind === 'grpc') {
    const conditions = grpcConditions(placed.route.match);
    return { conditions, rendered: [{ path: conditions.path }], problem: undefined };
  }
  const conditions = httpConditions(placed.route.match);
  const { rewrite } = placed.route.action;
  const problem = rewriteProblem(conditions.path, rewrite);
  return { conditions, rendered: rewrites(conditions.path, rewrite), problem };
}

function place(spec: GatewayRouteView['spec'], protocol: HttpProtocol): Placed | undefined {
  const { httpRoute, http2Route, grpcRoute } = spec;
  if (protocol === 'grpc') return grpcRoute === undefined ? undefined : { kind: 'grpc', route: grpcRoute };
  const route = protocol === 'http' ? httpRoute : http2Route;
  return route === undefined ? undefined : { kind: 'http', route };
}
