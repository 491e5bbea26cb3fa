import type { Kind, MeshModel, Resource } from '../model/resources.ts';

/** Returns a resource of a mesh, for tests of views. */
export function resource(kind: Kind, name: string, spec: object, parent = ''): Resource {
  return {
    kind,
    name,
    parent,
    spec: spec as Resource['spec'],
    uid: `uid-of-${kind}-${name}`,
    version: 1,
    arn: `arn:aws:appmesh:us-east-1:000000000000:mesh/m/${kind}/${name}`,
    updatedAt: '2026-01-01T00:00:00.000Z',
  };
}

/** Returns a mesh of these resources. */
export function meshOf(...resources: readonly Resource[]): MeshModel {
  return { mesh: 'm', owner: '000000000000', resources };
}

const listeners = [{ portMapping: { port: 8080, protocol: 'http' } }];

/** Returns a virtual node that calls these virtual services. */
export function node(name: string, ...backends: readonly string[]): Resource {
  return resource('virtualNode', name, {
    listeners,
    serviceDiscovery: { dns: { hostname: `${name}.example` } },
    backends: backends.map((virtualServiceName) => ({ virtualService: { virtualServiceName } })),
  });
}

/** Returns a route to these nodes, by weight. */
export function route(
  router: string,
  name: string,
  prefix: string,
  weights: Record<string, number>,
): Resource {
  const weightedTargets = Object.entries(weights).map(([virtualNode, weight]) => ({ virtualNode, weight }));
  return resource('route', name, { httpRoute: { match: { prefix }, action: { weightedTargets } } }, router);
}

/** A gateway, a node in front of two others by a router, and a name for each way of being wrong. */
export const EXAMPLE = meshOf(
  resource('mesh', 'm', {}),
  resource('virtualGateway', 'edge', { listeners }),
  resource(
    'gatewayRoute',
    'all',
    {
      httpRoute: {
        match: { prefix: '/' },
        action: { target: { virtualService: { virtualServiceName: 'shop.example' } } },
      },
    },
    'edge',
  ),
  node('front', 'shop.example', 'gone.example'),
  node('shop-v1'),
  node('shop-v2'),
  resource('virtualRouter', 'shop', { listeners }),
  route('shop', 'all', '/', { 'shop-v1': 3, 'shop-v2': 1 }),
  resource('virtualService', 'shop.example', {
    provider: { virtualRouter: { virtualRouterName: 'shop' } },
  }),
  resource('virtualService', 'idle.example', {}),
);
