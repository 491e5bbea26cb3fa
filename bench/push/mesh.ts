import type { Model } from '../../controlplane/mesh/model.ts';
import type { Kind, Resource, Specs } from '../../controlplane/mesh/resource.ts';

/** The mesh's account and name. */
export const OWNER = '000000000000';
export const MESH = 'bench';

/** The service that every virtual node calls, and the one that only `vn-few` calls; each has a router of its own name. */
export const EVERYONES = 'svc-0.bench.local';
export const FEWS = 'svc-few.bench.local';

/** The services whose routes are changed. */
export type Watched = typeof EVERYONES | typeof FEWS;

/** The size of a mesh: virtual nodes, and backends of each. */
export type MeshSize = { readonly nodes: number; readonly backends: number };

/**
 * Returns a mesh of virtual nodes `vn-0`, `vn-1`, … and `vn-few`. Service S has two targets with equal weights: virtual node S, and the one
 * half of the mesh after it. All virtual nodes call service 0 and the services after their own number; `vn-few` calls
 * `svc-few` instead of the last of these.
 */
export function meshResources({ nodes, backends }: MeshSize): readonly Resource[] {
  const half = Math.floor(nodes / 2);
  const following = (node: number): readonly number[] =>
    Array.from({ length: backends - 1 }, (_, index) => 1 + ((node + 1 + index) % (nodes - 1)));
  const called = (node: number): readonly string[] => [EVERYONES, ...following(node).map(serviceName)];
  const all = Array.from({ length: nodes }, (_, node) => node);
  const last = following(nodes).at(-1) ?? 0;
  return [
    resource('mesh', MESH, '', {}),
    ...all.map((node) => resource('virtualNode', `vn-${node}`, '', nodeSpec(node, called(node)))),
    resource('virtualNode', 'vn-few', '', nodeSpec(nodes, [...called(nodes).slice(0, -1), FEWS])),
    ...all.flatMap((node) => service(serviceName(node), [node, (node + half) % nodes])),
    ...service(FEWS, [last, (last + half) % nodes]),
  ];
}

/** Returns a route's specification that sends `weight` percent of the requests to the first of two virtual nodes. */
export function routeSpec([first, second]: readonly [number, number], weight: number): Specs['route'] {
  return {
    httpRoute: {
      match: { prefix: '/' },
      action: {
        weightedTargets: [
          { virtualNode: `vn-${first}`, weight },
          { virtualNode: `vn-${second}`, weight: 100 - weight },
        ],
      },
    },
  };
}

/** Returns a service's route that sends this percentage of the requests to its first target. */
export function withWeight(model: Model, host: Watched, weight: number): Resource {
  const at = { owner: OWNER, mesh: MESH, parent: host, kind: 'route', name: 'all' } as const;
  const route = model.get(at);
  if (route === undefined) throw new Error(`no route of ${host}`);
  const [first = 0, second = 0] = (route.spec.httpRoute?.action.weightedTargets ?? []).map(
    ({ virtualNode }) => Number(virtualNode.slice('vn-'.length)),
  );
  return { ...route, spec: routeSpec([first, second], weight) };
}

/** Returns a virtual node's specification. */
export function nodeSpec(node: number, backends: readonly string[]): Specs['virtualNode'] {
  return {
    listeners: [
      {
        portMapping: { port: 8080, protocol: 'http' },
        outlierDetection: {
          baseEjectionDuration: { unit: 's', value: 30 },
          interval: { unit: 's', value: 10 },
          maxEjectionPercent: 50,
          maxServerErrors: 5,
        },
      },
    ],
    serviceDiscovery: { dns: { hostname: `vn-${node}.bench.local`, responseType: 'ENDPOINTS' } },
    backends: backends.map((virtualServiceName) => ({ virtualService: { virtualServiceName } })),
  };
}

function serviceName(number: number): string {
  return `svc-${number}.bench.local`;
}

function service(name: string, targets: readonly [number, number]): readonly Resource[] {
  return [
    resource('virtualRouter', name, '', { listeners: [{ portMapping: { port: 8080, protocol: 'http' } }] }),
    resource('route', 'all', name, routeSpec(targets, 50)),
    resource('virtualService', name, '', { provider: { virtualRouter: { virtualRouterName: name } } }),
  ];
}

/** Returns a resource of the mesh. */
export function resource<K extends Kind>(kind: K, name: string, parent: string, spec: Specs[K]): Resource {
  const owner = OWNER;
  const times = { version: 1, createdAt: 1_700_000_000_000, lastUpdatedAt: 1_700_000_000_000 };
  return {
    kind,
    owner,
    mesh: MESH,
    parent,
    name,
    spec,
    uid: `${kind}-${name}`,
    ...times,
    resourceOwner: owner,
    tags: [],
  };
}
