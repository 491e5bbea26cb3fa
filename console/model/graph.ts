import { securityIn, type Security } from './security.ts';
import { backendNames, enforcesTls, keyOf, ofKind, type MeshModel, type Typed } from './resources.ts';
import { targetsOf } from './routes.ts';

/** A piece of the map: a gateway, a node or a virtual service, or a name that something refers to and that does not exist. */
export type Piece = {
  /** As `keyOf` writes it; for a group `group/…`. */
  readonly key: string;
  readonly kind: 'virtualGateway' | 'virtualNode' | 'virtualService' | 'group';
  readonly name: string;
  /** Where its traffic comes from or goes to: a host name, a port, a router. */
  readonly detail: string;
  /** TLS of its listeners. */
  readonly tls: Tls | undefined;
  readonly fault: Fault | undefined;
  /** The keys of the pieces in a group; only for groups. */
  readonly members?: readonly string[];
};

/**
 * How a piece takes calls by TLS. `strict`, `permissive`: TLS that the model configures, required or optional. `mutual`, `mutualOptional`: mutual TLS
 * between proxies, by the certificates of the control plane.
 */
export type Tls = 'strict' | 'permissive' | 'mutual' | 'mutualOptional';

/** Whether TLS is required: the lock of the map is closed then, and else dashed. */
export function isRequired(tls: Tls): boolean {
  return tls === 'strict' || tls === 'mutual';
}

/** The fault of a piece: it does not exist, or, for a virtual service, it has no provider, or its router no route. */
export type Fault = 'missing' | 'no provider' | 'no route';

/** A line of the map. */
export type Line = {
  /** Unique, and the same as long as both ends are. */
  readonly key: string;
  readonly from: string;
  readonly to: string;
  /** The routes that it comes from; none for a backend, or for a service without a router. */
  readonly routes: readonly RouteShare[];
  /** `closed`: its calls use TLS. `optional`: they use TLS where both ends can. */
  readonly lock: 'closed' | 'optional' | undefined;
  readonly fault: boolean;
};

/** A route, as `keyOf` writes it, with the share of its requests, of 1, that goes along a line. `only`: its router has no other. */
export type RouteShare = { readonly key: string; readonly share: number; readonly only: boolean };

/** The map of a mesh. */
export type Graph = { readonly pieces: readonly Piece[]; readonly lines: readonly Line[] };

/** Returns the map of a mesh: gateways and nodes call virtual services, which lead to nodes. Pure; its order is that of names. */
export function graphOf(model: MeshModel): Graph {
  const pieces = new Map<string, Piece>();
  const lines = new Map<string, Line>();
  const piece = (each: Piece) => void (pieces.has(each.key) || pieces.set(each.key, each));
  const line = (from: string, to: string, more: Partial<Line> = {}) => {
    const key = `${from}>${to}`;
    const { routes = [], lock, fault = false } = more;
    const there = lines.get(key);
    if (there === undefined) return void lines.set(key, { key, from, to, routes, lock, fault });
    lines.set(key, {
      ...there,
      routes: [...there.routes, ...routes],
      lock: there.lock ?? lock,
      fault: there.fault || fault,
    });
  };
  const known = new Set(model.resources.map(keyOf));
  const isLost = (kind: 'virtualService' | 'virtualNode', name: string): boolean =>
    !known.has(keyOf({ kind, parent: '', name }));
  for (const gateway of ofKind(model, 'virtualGateway')) piece(gatewayPiece(gateway));
  const securityOf = securityIn(model);
  for (const node of ofKind(model, 'virtualNode')) {
    piece(nodePiece(node, securityOf(`virtualNode/${node.name}`)));
  }
  const routesOf = Map.groupBy(ofKind(model, 'route'), ({ parent }) => parent);
  const services = ofKind(model, 'virtualService');
  for (const service of services) piece(servicePiece(routesOf, service));
  const lost = (kind: Piece['kind'], name: string) =>
    piece({ key: `${kind}/${name}`, kind, name, detail: '', tls: undefined, fault: 'missing' });

  for (const route of ofKind(model, 'gatewayRoute')) {
    const { httpRoute, http2Route, grpcRoute } = route.spec;
    const name = (httpRoute ?? http2Route ?? grpcRoute)?.action.target.virtualService.virtualServiceName;
    if (name === undefined) continue;
    const fault = isLost('virtualService', name);
    if (fault) lost('virtualService', name);
    line(`virtualGateway/${route.parent}`, `virtualService/${name}`, {
      routes: [{ key: keyOf(route), share: 1, only: true }],
      fault,
    });
  }
  for (const node of ofKind(model, 'virtualNode')) {
    const standard = enforcesTls(node.spec.backendDefaults?.clientPolicy);
    for (const name of backendNames(node.spec.backends)) {
      const fault = isLost('virtualService', name);
      if (fault) lost('virtualService', name);
      const own = node.spec.backends?.find(({ virtualService: v }) => v?.virtualServiceName === name);
      const policy = own?.virtualService?.clientPolicy;
      const tls = policy === undefined ? standard : enforcesTls(policy);
      line(`virtualNode/${node.name}`, `virtualService/${name}`, { lock: tls ? 'closed' : undefined, fault });
    }
  }
  for (const service of services) {
    const from = `virtualService/${service.name}`;
    const { virtualNode, virtualRouter } = service.spec.provider ?? {};
    const to = (name: string, more: Partial<Line>) => {
      const fault = isLost('virtualNode', name);
      if (fault) lost('virtualNode', name);
      // TLS of a line to a service is that of the caller's policy; here, that between proxies.
      const { tls } = pieces.get(`virtualNode/${name}`) ?? {};
      const lock = tls === 'mutual' ? 'closed' : tls === 'mutualOptional' ? 'optional' : undefined;
      line(from, `virtualNode/${name}`, { ...more, lock, fault });
    };
    if (virtualNode !== undefined) to(virtualNode.virtualNodeName, {});
    if (virtualRouter === undefined) continue;
    const routes = routesOf.get(virtualRouter.virtualRouterName) ?? [];
    for (const route of routes) {
      for (const { virtualNode: name, share } of targetsOf(route.spec)) {
        to(name, { routes: [{ key: keyOf(route), share, only: routes.length === 1 }] });
      }
    }
  }
  return { pieces: [...pieces.values()], lines: [...lines.values()] };
}

function gatewayPiece({ name, spec }: Typed<'virtualGateway'>): Piece {
  return {
    key: `virtualGateway/${name}`,
    kind: 'virtualGateway',
    name,
    detail: spec.listeners.map(({ portMapping: { port, protocol } }) => `${protocol} ${port}`).join(', '),
    tls: tlsOf(spec.listeners),
    fault: undefined,
  };
}

function nodePiece({ name, spec }: Typed<'virtualNode'>, { mtls }: Security): Piece {
  const { listeners = [] } = spec;
  const mutual = mtls === 'STRICT' ? 'mutual' : mtls === 'PERMISSIVE' ? 'mutualOptional' : undefined;
  return {
    key: `virtualNode/${name}`,
    kind: 'virtualNode',
    name,
    detail: listeners.map(({ portMapping: { port, protocol } }) => `${protocol} ${port}`).join(', '),
    // The model's own TLS wins over the mode.
    tls: tlsOf(listeners) ?? (listeners.length === 0 ? undefined : mutual),
    fault: undefined,
  };
}

type RoutesOf = ReadonlyMap<string, readonly Typed<'route'>[]>;

function servicePiece(routesOf: RoutesOf, { name, spec }: Typed<'virtualService'>): Piece {
  const { virtualNode, virtualRouter } = spec.provider ?? {};
  const router = virtualRouter?.virtualRouterName;
  const routes = router === undefined ? [] : (routesOf.get(router) ?? []);
  const fault: Fault | undefined =
    virtualNode === undefined && router === undefined
      ? 'no provider'
      : router !== undefined && routes.length === 0
        ? 'no route'
        : undefined;
  return {
    key: `virtualService/${name}`,
    kind: 'virtualService',
    name,
    detail: router ?? virtualNode?.virtualNodeName ?? '',
    tls: undefined,
    fault,
  };
}

function tlsOf(listeners: readonly { readonly tls?: { readonly mode: string } }[]): Piece['tls'] {
  const modes = listeners.flatMap(({ tls }) => (tls === undefined ? [] : [tls.mode]));
  if (modes.includes('STRICT')) return 'strict';
  return modes.includes('PERMISSIVE') ? 'permissive' : undefined;
}
