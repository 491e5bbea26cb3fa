import type { Fault, Graph, Line, Piece } from './graph.ts';
import { backendLeads, gatewayLeads, targetLeads, type RoutesOf } from './leads.ts';
import { ofKind, type MeshModel, type Typed } from '../resources.ts';
import { securityIn, type Security } from '../security/security.ts';

/** Returns the map of a mesh: gateways and nodes call virtual services, which lead to nodes. Pure; its order is that of names. */
export function graphOf(model: MeshModel): Graph {
  const routesOf = Map.groupBy(ofKind(model, 'route'), ({ parent }) => parent);
  const securityOf = securityIn(model);
  const routers = new Set(ofKind(model, 'virtualRouter').map(({ name }) => name));
  const own = [
    ...ofKind(model, 'virtualGateway').map(gatewayPiece),
    ...ofKind(model, 'virtualNode').map((node) => nodePiece(node, securityOf(`virtualNode/${node.name}`))),
    ...ofKind(model, 'virtualService').map((service) => servicePiece(routers, routesOf, service)),
  ];
  const pieces = new Map(own.map((each) => [each.key, each]));
  const lines = new Map<string, Line>();
  const leads = [...gatewayLeads(model), ...backendLeads(model), ...targetLeads(model, routesOf, pieces)];
  for (const { from, kind, name, routes = [], lock } of leads) {
    const to = `${kind}/${name}`;
    if (!pieces.has(to)) pieces.set(to, missingPiece(kind, name));
    const fault = pieces.get(to)?.fault === 'missing';
    const key = `${from}>${to}`;
    const there = lines.get(key);
    lines.set(
      key,
      there === undefined
        ? { key, from, to, routes, lock, fault }
        : { ...there, routes: [...there.routes, ...routes], lock: there.lock ?? lock },
    );
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

function servicePiece(
  routers: ReadonlySet<string>,
  routesOf: RoutesOf,
  { name, spec }: Typed<'virtualService'>,
): Piece {
  const { virtualNode, virtualRouter } = spec.provider ?? {};
  const router = virtualRouter?.virtualRouterName;
  const routes = router === undefined ? [] : (routesOf.get(router) ?? []);
  const fault: Fault | undefined =
    virtualNode === undefined && router === undefined
      ? 'no provider'
      : router === undefined
        ? undefined
        : !routers.has(router)
          ? 'no router'
          : routes.length === 0
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

function missingPiece(kind: Piece['kind'], name: string): Piece {
  return { key: `${kind}/${name}`, kind, name, detail: '', tls: undefined, fault: 'missing' };
}

function tlsOf(listeners: readonly { readonly tls?: { readonly mode: string } }[]): Piece['tls'] {
  const modes = listeners.flatMap(({ tls }) => (tls === undefined ? [] : [tls.mode]));
  if (modes.includes('STRICT')) return 'strict';
  return modes.includes('PERMISSIVE') ? 'permissive' : undefined;
}
