import type { Kind, Resource, Specs } from '../../controlplane/mesh/resource.ts';

/** The name of the mesh that benches use. */
export const MESH = 'bench';

const OWNER = '000000000000';

/** Returns a virtual node's specification of about 1 kB as JSON. Specifications differ in `hostname` only. */
export function nodeSpec(hostname: string): Specs['virtualNode'] {
  return {
    listeners: [
      {
        portMapping: { port: 9080, protocol: 'http' },
        healthCheck: {
          protocol: 'http',
          path: '/ping',
          healthyThreshold: 2,
          unhealthyThreshold: 2,
          timeoutMillis: 2000,
          intervalMillis: 5000,
        },
        timeout: { http: { idle: { unit: 's', value: 300 }, perRequest: { unit: 's', value: 15 } } },
        connectionPool: { http: { maxConnections: 1000, maxPendingRequests: 1000 } },
        outlierDetection: {
          baseEjectionDuration: { unit: 's', value: 30 },
          interval: { unit: 's', value: 10 },
          maxEjectionPercent: 50,
          maxServerErrors: 5,
        },
      },
    ],
    serviceDiscovery: { dns: { hostname: `${hostname}.bench.local`, responseType: 'ENDPOINTS' } },
    backends: ['a', 'b', 'c'].map((name) => ({
      virtualService: { virtualServiceName: `${name}.bench.local` },
    })),
    logging: { accessLog: { file: { path: '/dev/stdout' } } },
  };
}

/** Returns a mesh with this number of resources, a third each of virtual nodes, virtual routers and virtual services. */
export function largeModel(count: number): readonly Resource[] {
  const resources: Resource[] = [resource('mesh', MESH, {})];
  for (let index = 0; resources.length < count; index += 1) {
    const name = `app-${index}`;
    const trio = [
      resource('virtualNode', name, nodeSpec(name)),
      resource('virtualRouter', name, { listeners: [{ portMapping: { port: 9080, protocol: 'http' } }] }),
      resource('virtualService', `${name}.bench.local`, {
        provider: { virtualNode: { virtualNodeName: name } },
      }),
    ];
    resources.push(...trio.slice(0, count - resources.length));
  }
  return resources;
}

function resource<K extends Kind>(kind: K, name: string, spec: Specs[K]): Resource {
  const id = { kind, owner: OWNER, mesh: MESH, parent: '', name };
  const times = { version: 1, createdAt: 1_700_000_000_000, lastUpdatedAt: 1_700_000_000_000 };
  return { ...id, spec, uid: `${kind}-${name}`, ...times, resourceOwner: OWNER, tags: [] };
}
