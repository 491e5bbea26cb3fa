import * as fc from 'fast-check';
import { withBackend, withHttp } from '../../../controlplane/api/properties/testing/any-mesh.ts';
import { GATEWAY_PORT, NAMED } from '../../../controlplane/api/properties/testing/named.ts';
import { withFiles, type Files } from '../../../controlplane/api/properties/testing/with-files.ts';
import { validSpec } from '../../../controlplane/api/properties/testing/valid-spec.ts';
import { APP_MESH_KINDS, type AppMeshKind } from '../../../controlplane/mesh/resource.ts';

/** A request of the storm for one resource. */
export type StormRequest = {
  readonly kind: AppMeshKind;
  readonly name: string;
  /** `put`: updates the resource, or creates it if it does not exist. */
  readonly action: 'put' | 'delete';
  readonly spec: unknown;
};

/** The two resources that the proxies of the storm represent. */
export const PROXIED = { virtualNode: 'app', virtualGateway: 'door' } as const;

/** Few names, so that a resource is often updated, deleted and created again. */
const NAMES: Readonly<Record<AppMeshKind, readonly string[]>> = {
  mesh: ['m'],
  virtualNode: [PROXIED.virtualNode, ...NAMED.nodes],
  virtualRouter: NAMED.routers,
  virtualService: [...NAMED.services, 'other.local'],
  route: ['r0', 'r1', 'r2', 'r3'],
  virtualGateway: [PROXIED.virtualGateway],
  gatewayRoute: ['g0', 'g1', 'g2', 'g3'],
};

/** The relative frequency of each kind: routes most. */
const WEIGHTS: Readonly<Record<AppMeshKind, number>> = {
  mesh: 1,
  virtualNode: 5,
  virtualRouter: 1,
  virtualService: 2,
  route: 6,
  virtualGateway: 2,
  gatewayRoute: 5,
};

/** Few ports, so that routes and listeners often share one. */
const PORTS = [GATEWAY_PORT, 8080, 9080] as const;

/**
 * Returns requests of all kinds that the API may accept, generated from its model. They refer to nothing in AWS, because the times of its answers would be
 * part of a proxy's configuration.
 */
export function anyRequest(files: Files): fc.Arbitrary<StormRequest> {
  return fc.oneof(
    ...APP_MESH_KINDS.map((kind) => ({
      weight: WEIGHTS[kind],
      arbitrary: fc.record({
        kind: fc.constant(kind),
        name: fc.constantFrom(...NAMES[kind]),
        // The next request for a deleted resource creates it again.
        action:
          kind === 'mesh'
            ? fc.constant('put' as const)
            : fc.constantFrom('put', 'put', 'put', 'put', 'delete' as const),
        spec: specOf(kind, files),
      }),
    })),
  );
}

/** Returns all resources once, parents first, so that there is something to update. */
export function beginning(): readonly StormRequest[] {
  return APP_MESH_KINDS.flatMap((kind) => NAMES[kind].map((name) => plain(kind, name)));
}

/** Returns the children that have to be deleted before a resource. */
export function childrenOf({ kind }: Pick<StormRequest, 'kind'>): readonly StormRequest[] {
  const children = CHILDREN[kind];
  if (children === undefined) return [];
  return NAMES[children].map((name) => ({ ...plain(children, name), action: 'delete' }));
}

const CHILDREN: { readonly [kind in AppMeshKind]?: AppMeshKind } = {
  virtualRouter: 'route',
  virtualGateway: 'gatewayRoute',
};

/** Returns a resource with a minimal specification. */
export function plain(kind: AppMeshKind, name: string): StormRequest {
  return { kind, name, action: 'put', spec: PLAIN[kind] };
}

const virtualService = { virtualServiceName: NAMED.services[0] };
const PLAIN: Readonly<Record<AppMeshKind, object>> = {
  mesh: {},
  virtualNode: {},
  virtualRouter: {},
  virtualService: { provider: { virtualRouter: { virtualRouterName: NAMED.routers[0] } } },
  route: {
    httpRoute: {
      match: { prefix: '/' },
      action: { weightedTargets: [{ virtualNode: NAMED.nodes[0], weight: 1 }] },
    },
  },
  virtualGateway: { listeners: [{ portMapping: { port: GATEWAY_PORT, protocol: 'http' } }] },
  gatewayRoute: { httpRoute: { match: { prefix: '/' }, action: { target: { virtualService } } } },
};

function specOf(kind: AppMeshKind, files: Files): fc.Arbitrary<unknown> {
  const made = validSpec(kind).map((spec) => withOurPorts(withoutAws(withFiles([spec], files)[0], files)));
  switch (kind) {
    case 'virtualNode':
      return fc
        .tuple(made, fc.constantFrom(...NAMES.virtualService))
        .map(([spec, service]) => withBackend(spec, service));
    case 'virtualGateway':
      return made.map(withHttp);
    case 'mesh':
    case 'virtualRouter':
    case 'virtualService':
    case 'route':
    case 'gatewayRoute':
      return made;
  }
}

function withoutAws(spec: unknown, { certificate, privateKey }: Files): unknown {
  return JSON.parse(JSON.stringify(spec), (name, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if ('awsCloudMap' in value) return { dns: { hostname: 'nowhere.local' } };
    if (!('acm' in value)) return value;
    return { file: { certificateChain: certificate, ...(name === 'certificate' ? { privateKey } : {}) } };
  }) as unknown;
}

function withOurPorts(spec: unknown): unknown {
  const made = JSON.parse(JSON.stringify(spec), (name, value: unknown) =>
    name === 'port' && typeof value === 'number' && !PORTS.some((port) => port === value)
      ? PORTS[value % PORTS.length]
      : value,
  ) as { readonly listeners?: readonly Listener[] };
  const { listeners } = made;
  if (listeners === undefined) return made;
  return { ...made, listeners: [...Map.groupBy(listeners, portOf).values()].map(([first]) => first) };
}

type Listener = { readonly portMapping: { readonly port: number } };
const portOf = ({ portMapping }: Listener): number => portMapping.port;
