import type { Resource } from '../../controlplane/mesh/resource.ts';
import { MESH, nodeSpec, resource, routeSpec } from '../push/mesh.ts';

/** The service that all virtual nodes of the upper tiers call, and one that a single virtual node calls. */
export const ALL_CALL = 'svc-all.bench.local';
export const ONE_CALLS = 'svc-one.bench.local';

/** Calls go from one tier to the next. */
const TIERS = 4;
const BACKENDS = 3;

/**
 * Returns a mesh as people build them: virtual nodes `vn-0`, `vn-1`, … in four tiers, where each node calls three services of the next tier, and
 * as many virtual services, each with a router and two targets.
 */
export function tieredMesh(nodes: number): readonly Resource[] {
  const perTier = Math.ceil(nodes / TIERS);
  const names = Array.from({ length: nodes }, (_, index) => serviceName(index, nodes));
  const calls = (index: number): readonly string[] => {
    const first = (Math.floor(index / perTier) + 1) * perTier;
    const size = Math.min(nodes, first + perTier) - first;
    if (size <= 0) return [];
    const next = Array.from(
      { length: BACKENDS },
      (_, step) => names[first + ((index + 7 * step) % size)] ?? '',
    );
    return [
      ...new Set([
        ...next.filter((name) => name !== ONE_CALLS),
        ALL_CALL,
        ...(index === 0 ? [ONE_CALLS] : []),
      ]),
    ];
  };
  return [
    resource('mesh', MESH, '', {}),
    ...names.flatMap((name, index) => [
      resource('virtualNode', `vn-${index}`, '', nodeSpec(index, calls(index))),
      resource('virtualRouter', name, '', { listeners: [{ portMapping: { port: 8080, protocol: 'http' } }] }),
      resource('route', 'all', name, routeSpec([index, index === nodes - 1 ? index - 1 : index + 1], 50)),
      resource('virtualService', name, '', { provider: { virtualRouter: { virtualRouterName: name } } }),
    ]),
  ];
}

/** The last two services are in the last tier. */
function serviceName(index: number, nodes: number): string {
  if (index === nodes - 1) return ALL_CALL;
  return index === nodes - 2 ? ONE_CALLS : `svc-${index}.bench.local`;
}
