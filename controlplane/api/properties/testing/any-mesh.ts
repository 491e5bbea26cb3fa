import * as fc from 'fast-check';
import type { Kind } from '../../../mesh/resource.ts';
import type { Case } from '../../../translate/testing/cases.ts';
import { FEATURE_NAMES, readFeatures, type Features } from '../../../translate/features.ts';
import { FEATURE_SAMPLES } from '../../../translate/testing/features.ts';
import { GATEWAY_PORT, NAMED } from './named.ts';
import { validSpec } from './valid-spec.ts';
import { withFiles, type Files } from './with-files.ts';

/** A random mesh of specifications that the API accepts, and the proxy under test. */
export type AnyMesh = Pick<Case, 'proxy' | 'resources'> & {
  readonly features: Features;
  /** Whether all certificates, authorities and instances that the mesh names are known, or none of them. */
  readonly known: boolean;
};

type Resources = Case['resources'];

const some = (kind: Kind, most: number) => fc.array(validSpec(kind), { maxLength: most });

/** Returns random meshes. They may have routes and gateway routes that do not match the listeners and so have no effect. */
export function anyMesh(files: Files): fc.Arbitrary<AnyMesh> {
  return fc.record({
    proxy: fc.constantFrom('virtualNode/app', 'virtualNode/blue', 'virtualGateway/door'),
    features: anyFeatures,
    known: fc.boolean(),
    resources: resources.map((made) => withFiles(made, files)),
  });
}

const anyFeatures: fc.Arbitrary<Features> = fc
  .tuple(...FEATURE_NAMES.map((name) => fc.constantFrom<unknown>(undefined, ...FEATURE_SAMPLES[name])))
  .map((values) =>
    readFeatures(Object.fromEntries(values.map((value, index) => [FEATURE_NAMES[index], value]))),
  );

const resources: fc.Arbitrary<Resources> = fc
  .record({
    mesh: validSpec('mesh'),
    nodes: fc.tuple(...NAMED.nodes.map(() => validSpec('virtualNode'))),
    app: validSpec('virtualNode'),
    router: validSpec('virtualRouter'),
    routes: some('route', 6),
    gateway: validSpec('virtualGateway'),
    gatewayRoutes: some('gatewayRoute', 4),
  })
  .map(({ mesh, nodes, app, router, routes, gateway, gatewayRoutes }) => {
    const [service] = NAMED.services;
    const [virtualRouterName] = NAMED.routers;
    return [
      { meshName: 'm', spec: mesh },
      ...NAMED.nodes.map((virtualNodeName, index) => ({ virtualNodeName, spec: nodes[index] })),
      { virtualNodeName: 'app', spec: withBackend(app, service) },
      { virtualRouterName, spec: router },
      { virtualServiceName: service, spec: { provider: { virtualRouter: { virtualRouterName } } } },
      ...routes.map((spec, index) => ({ virtualRouterName, routeName: `r${index}`, spec })),
      { virtualGatewayName: 'door', spec: withHttp(gateway) },
      ...gatewayRoutes.map((spec, index) => ({
        virtualGatewayName: 'door',
        gatewayRouteName: `g${index}`,
        spec,
      })),
    ];
  });

/** Replaces the random backends by one that names the service, with the client policy of the first. */
export function withBackend(app: unknown, virtualServiceName: string): unknown {
  const { backends = [] } = app as { backends?: readonly { virtualService: object }[] };
  const [first] = backends;
  return {
    ...(app as object),
    backends: [{ virtualService: { ...first?.virtualService, virtualServiceName } }],
  };
}

/** Adds a listener on the port that generated gateway routes may name. */
export function withHttp(gateway: unknown): unknown {
  const { listeners } = gateway as { listeners: readonly { portMapping: { port: number } }[] };
  const others = listeners.filter(({ portMapping }) => portMapping.port !== GATEWAY_PORT);
  return {
    ...(gateway as object),
    listeners: [{ portMapping: { port: GATEWAY_PORT, protocol: 'http' } }, ...others],
  };
}
