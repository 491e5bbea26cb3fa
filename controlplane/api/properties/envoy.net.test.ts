import { execa } from 'execa';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Kind } from '../../mesh/resource.ts';
import { golden, translateCase, type Case } from '../../translate/fixture.ts';
import { staticConfig } from '../../translate/static-config.ts';
import { GATEWAY_PORT, NAMED } from './named.ts';
import { rightSpec } from './right-spec.ts';

// What the API accepts, Envoy accepts: meshes of specifications made up at random, as a real Envoy gets them.

const RUNS = Number(process.env['DAYBREAK_TEST_RUNS'] ?? 30);

type Resources = Case['resources'];

const some = (kind: Kind, most: number) => fc.array(rightSpec(kind), { maxLength: most });

/** Resources of a mesh; routes and gateway routes that do not fit the listeners are left without effect. */
const mesh: fc.Arbitrary<Resources> = fc
  .record({
    mesh: rightSpec('mesh'),
    nodes: fc.tuple(...NAMED.nodes.map(() => rightSpec('virtualNode'))),
    app: rightSpec('virtualNode'),
    router: rightSpec('virtualRouter'),
    routes: some('route', 6),
    gateway: rightSpec('virtualGateway'),
    gatewayRoutes: some('gatewayRoute', 4),
  })
  .map(({ mesh: spec, nodes, app, router, routes, gateway, gatewayRoutes }) => {
    const [service] = NAMED.services;
    const backends = [{ virtualService: { virtualServiceName: service } }];
    const [virtualRouterName] = NAMED.routers;
    return [
      { meshName: 'm', spec },
      ...NAMED.nodes.map((virtualNodeName, index) => ({ virtualNodeName, spec: nodes[index] })),
      { virtualNodeName: 'app', spec: { ...(app as object), backends } },
      { virtualRouterName, spec: router },
      { virtualServiceName: service, spec: { provider: { virtualRouter: { virtualRouterName } } } },
      ...routes.map((each, index) => ({ virtualRouterName, routeName: `r${index}`, spec: each })),
      { virtualGatewayName: 'door', spec: withHttp(gateway) },
      ...gatewayRoutes.map((each, index) => ({
        virtualGatewayName: 'door',
        gatewayRouteName: `g${index}`,
        spec: each,
      })),
    ];
  })
  .map(loggingNowhere);

// Envoy opens the file of a log even when it only validates, wherever that is.
function loggingNowhere(resources: readonly unknown[]): Resources {
  return JSON.parse(JSON.stringify(resources), (name, value: unknown) =>
    name === 'file' ? { ...(value as object), path: '/dev/null' } : value,
  ) as Resources;
}

// Gateway routes that are made up may name this port.
function withHttp(gateway: unknown): unknown {
  const { listeners } = gateway as { listeners: readonly { portMapping: { port: number } }[] };
  const others = listeners.filter(({ portMapping }) => portMapping.port !== GATEWAY_PORT);
  return {
    ...(gateway as object),
    listeners: [{ portMapping: { port: GATEWAY_PORT, protocol: 'http' } }, ...others],
  };
}

it.each([
  'virtualNode/app',
  'virtualNode/blue',
  'virtualGateway/door',
] as const)('Envoy takes all that %s gets', { timeout: 3_600_000 }, async (proxy) => {
  await fc.assert(
    fc.asyncProperty(mesh, async (resources) => {
      const translation = translateCase({ title: '', proxy, resources });
      expect(await validate(JSON.stringify(staticConfig(golden(translation))))).toBe('');
    }),
    { numRuns: RUNS },
  );
});

/** What a real Envoy has against a bootstrap; '' when nothing. */
async function validate(config: string): Promise<string> {
  const envoy = process.env['DAYBREAK_ENVOY'];
  if (envoy === undefined) throw new Error('DAYBREAK_ENVOY is not set: it must name an Envoy binary');
  const args = ['--mode', 'validate', '--log-level', 'warn', '--config-yaml', config];
  const { exitCode, stderr } = await execa(envoy, args, { reject: false, timeout: 30_000, cwd: '/' });
  return exitCode === 0 ? '' : stderr;
}
