import type { Model } from '../model.ts';
import type { ProxyId } from '../proxy-view.ts';
import { backendNames, gatewayRouteTargets, routeTargets, unique } from '../references.ts';
import type { MeshId } from '../resource.ts';

/** A proxy with a virtual node behind its backends or gateway routes. */
export type DeclaredCaller = Pick<ProxyId, 'kind' | 'name'> & {
  /** The virtual services that lead to the virtual node, sorted. */
  readonly through: readonly string[];
};

/**
 * Returns who may call whom by the model alone, per virtual node of a mesh: a proxy may call all targets of all routes of the virtual
 * services that it names. A virtual node without callers has an empty list. Callers are sorted, virtual gateways first.
 */
export function declaredCallers(model: Model, mesh: MeshId): ReadonlyMap<string, readonly DeclaredCaller[]> {
  const found = new Map<string, DeclaredCaller[]>(
    model.list('virtualNode', mesh).map(({ name }) => [name, []]),
  );
  const targetsOf = targetFinder(model, mesh);
  for (const { kind, name, services } of servicesOfProxies(model, mesh)) {
    const through = new Map<string, string[]>();
    for (const service of services) {
      for (const node of targetsOf(service)) through.set(node, [...(through.get(node) ?? []), service]);
    }
    for (const [node, names] of through) found.get(node)?.push({ kind, name, through: names });
  }
  return found;
}

type Named = Pick<ProxyId, 'kind' | 'name'> & { readonly services: readonly string[] };

function servicesOfProxies(model: Model, mesh: MeshId): readonly Named[] {
  const gateways = model.list('virtualGateway', mesh).map(({ kind, name }): Named => {
    const routes = model.list('gatewayRoute', mesh, name);
    return { kind, name, services: unique(routes.flatMap(({ spec }) => gatewayRouteTargets(spec))) };
  });
  const nodes = model.list('virtualNode', mesh).map(({ kind, name, spec }): Named => {
    return { kind, name, services: unique(backendNames(spec)) };
  });
  return [...gateways, ...nodes];
}

/** Returns a function that finds the virtual nodes behind a virtual service. It looks at each service once. */
function targetFinder(model: Model, { owner, mesh }: MeshId): (service: string) => readonly string[] {
  const at = { owner, mesh, parent: '' };
  const known = new Map<string, readonly string[]>();
  const find = (name: string): readonly string[] => {
    const { provider } = model.get({ ...at, kind: 'virtualService', name })?.spec ?? {};
    if (provider?.virtualNode !== undefined) return [provider.virtualNode.virtualNodeName];
    const router = provider?.virtualRouter?.virtualRouterName;
    if (router === undefined || model.get({ ...at, kind: 'virtualRouter', name: router }) === undefined)
      return [];
    return unique(model.list('route', at, router).flatMap(({ spec }) => routeTargets(spec)));
  };
  return (name) => {
    const targets = known.get(name) ?? find(name);
    known.set(name, targets);
    return targets;
  };
}
