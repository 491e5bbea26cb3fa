import type { GatewayRouteView } from '../../mesh/proxy-view.ts';
import type { GrpcGatewayRoute, HttpGatewayRoute } from '../../model/types.ts';
import { conditionsProblem, grpcConditions, httpConditions, type Conditions } from '../envoy/routes/match.ts';
import type { HttpProtocol } from '../names.ts';
import type { HttpOffer } from '../services/offer.ts';
import { hostPattern, hostProblem, type HostPattern } from './hosts.ts';
import { rewriteProblem, rewrites, type Rewrite } from './rewrites.ts';

/**
 * A virtual service with what it offers to a gateway: requests, on one port or several. `tcpPorts`: where it takes connections,
 * which a gateway has no way to send.
 */
export type GatewayService = {
  readonly name: string;
  readonly offers: readonly HttpOffer[];
  readonly tcpPorts: readonly number[];
};

/** A gateway route: on which host it stands, what it takes and how it rewrites that, and where it sends it. */
export type GatewayRule = {
  readonly name: string;
  readonly priority: number | undefined;
  readonly host: HostPattern;
  readonly conditions: Conditions;
  readonly rewrites: readonly Rewrite[];
  readonly service: GatewayService;
  /** The offer that is meant; undefined where the service has none. */
  readonly offer: HttpOffer | undefined;
  /** Whether the service's name becomes the host name; if not, a header leads the second pass. */
  readonly rewritesHost: boolean;
};

type Placed =
  | { readonly kind: 'http'; readonly route: HttpGatewayRoute }
  | { readonly kind: 'grpc'; readonly route: GrpcGatewayRoute };

/** Whether a gateway route stands for a listener: it has its protocol, and its port or none. */
export function fits({ spec }: GatewayRouteView, protocol: HttpProtocol, port: number): boolean {
  const placed = place(spec, protocol);
  return placed !== undefined && (placed.route.match.port ?? port) === port;
}

/** What a gateway route means on a listener that it fits, or why it has no effect there. */
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
  const offer = port === undefined ? service.offers[0] : service.offers.find((each) => each.port === port);
  if (offer === undefined && service.offers.length > 0) {
    const isTcp = service.tcpPorts.some((each) => each === port);
    const what = isTcp ? 'TCP alone, which a virtual gateway cannot send it,' : 'no requests';
    return { problem: `virtual service ${service.name} takes ${what} on port ${port}` };
  }
  if (port === undefined && service.offers.length > 1) {
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
    offer,
    rewritesHost,
  };
}

/** gRPC knows no paths to rewrite: a call's path is its method. */
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
