import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { viewOf } from '../../mesh/view.ts';
import { golden } from '../../translate/testing/cases.ts';
import { NO_EXTERNAL_INPUTS } from '../../translate/external-inputs.ts';
import { NO_OPTIONS } from '../../translate/options.ts';
import { translate } from '../../translate/translate.ts';
import { ACCOUNT, startApi, type TestApi } from '../testing/test-api.ts';
import { runs } from '../../../common/testing/short-form.ts';

// Listeners and the routes that depend on them change in separate updates. In every order the API accepts each update, and
// the proxies end with the same configuration.

const RUNS = runs(20);
const LIMIT_MS = 3_600_000;
const MESH = '/meshes/m';

const PATHS = {
  node: `${MESH}/virtualNodes/n`,
  router: `${MESH}/virtualRouters/r`,
  route: `${MESH}/virtualRouter/r/routes/x`,
  gateway: `${MESH}/virtualGateways/g`,
  gatewayRoute: `${MESH}/virtualGateway/g/gatewayRoutes/x`,
} as const;
type Part = keyof typeof PATHS;
type Specs = Readonly<Record<Part, object>>;

const port = fc.constantFrom(80, 81, 82);
const protocol = (...names: readonly string[]) => fc.constantFrom(...names);
const ANY = ['http', 'http2', 'grpc', 'tcp'] as const;
const HTTP = ['http', 'http2', 'grpc'] as const;

/** Listeners on up to three ports, or on one. */
function listeners(several: boolean, protocols: readonly string[]): fc.Arbitrary<object> {
  return fc
    .uniqueArray(fc.record({ port, protocol: protocol(...protocols) }), {
      selector: (mapping) => mapping.port,
      minLength: 1,
      maxLength: several ? 3 : 1,
    })
    .map((mappings) => ({ listeners: mappings.map((portMapping) => ({ portMapping })) }));
}

/** The specifications of all resources. The routes name ports if there are several listeners, as they must, and none otherwise. */
function specs(several: boolean): fc.Arbitrary<Specs> {
  const named = (number: number): { port?: number } => (several ? { port: number } : {});
  const route = fc.tuple(protocol(...ANY), port, port).map(([kind, from, to]) => ({
    [`${kind}Route`]: {
      match: named(from),
      action: { weightedTargets: [{ virtualNode: 'n', weight: 1, ...named(to) }] },
    },
  }));
  const gatewayRoute = fc.tuple(protocol(...HTTP), port, port).map(([kind, from, to]) => ({
    [`${kind}Route`]: {
      match: { ...(kind === 'grpc' ? { serviceName: 'a.B' } : { prefix: '/' }), ...named(from) },
      action: { target: { virtualService: { virtualServiceName: 's' }, ...named(to) } },
    },
  }));
  const withPrefix = (spec: object): object =>
    JSON.parse(JSON.stringify(spec), (key, value: unknown) =>
      key === 'httpRoute' || key === 'http2Route'
        ? { ...(value as object), match: { prefix: '/', ...(value as { match: object }).match } }
        : value,
    ) as object;
  return fc.record({
    node: listeners(several, ANY).map((spec) => ({ ...spec, serviceDiscovery: { dns: { hostname: 'n' } } })),
    router: listeners(several, ANY),
    route: route.map(withPrefix),
    gateway: listeners(several, HTTP),
    gatewayRoute,
  });
}

const changes = fc.boolean().chain((several) =>
  fc.record({
    before: specs(several),
    after: specs(several),
    order: fc.shuffledSubarray(Object.keys(PATHS) as Part[], { minLength: Object.keys(PATHS).length }),
  }),
);

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  const dns = { serviceDiscovery: { dns: { hostname: 'n' } } };
  await put('/meshes', { meshName: 'm' });
  await put(`${MESH}/virtualNodes`, { virtualNodeName: 'n', spec: dns });
  await put(`${MESH}/virtualRouters`, { virtualRouterName: 'r', spec: {} });
  const provider = { virtualRouter: { virtualRouterName: 'r' } };
  await put(`${MESH}/virtualServices`, { virtualServiceName: 's', spec: { provider } });
  const backends = [{ virtualService: { virtualServiceName: 's' } }];
  await put(`${MESH}/virtualNodes`, { virtualNodeName: 'caller', spec: { backends } });
  const listener = { portMapping: { port: 80, protocol: 'http' } };
  await put(`${MESH}/virtualGateways`, { virtualGatewayName: 'g', spec: { listeners: [listener] } });
});
afterAll(() => api.close());

async function put(path: string, body: object): Promise<void> {
  expect(await api.call('PUT', path, body)).toMatchObject({ status: 200 });
}

/** Creates the routes again, so that each run starts from its own specifications. */
async function begin({ node, router, route, gateway, gatewayRoute }: Specs): Promise<void> {
  for (const path of [PATHS.route, PATHS.gatewayRoute]) await api.call('DELETE', path);
  await put(PATHS.node, { spec: node });
  await put(PATHS.router, { spec: router });
  await put(PATHS.gateway, { spec: gateway });
  await put(`${MESH}/virtualRouter/r/routes`, { routeName: 'x', spec: route });
  await put(`${MESH}/virtualGateway/g/gatewayRoutes`, { gatewayRouteName: 'x', spec: gatewayRoute });
}

function served(kind: 'virtualNode' | 'virtualGateway', name: string): unknown {
  const view = viewOf(api.live.model, { kind, owner: ACCOUNT, mesh: 'm', parent: '', name });
  if (view === undefined) throw new Error(`there is no ${kind} ${name}`);
  return golden(translate(view, NO_OPTIONS, NO_EXTERNAL_INPUTS));
}

function all(): readonly unknown[] {
  return [served('virtualNode', 'caller'), served('virtualNode', 'n'), served('virtualGateway', 'g')];
}

it('related updates are accepted in any order, with the same result', {
  timeout: LIMIT_MS,
}, async () => {
  await fc.assert(
    fc.asyncProperty(changes, async ({ before, after, order }) => {
      const ends: unknown[] = [];
      for (const parts of [order, order.toReversed()]) {
        await begin(before);
        for (const part of parts) await put(PATHS[part], { spec: after[part] });
        ends.push(all());
      }
      await begin(after);
      expect(ends).toEqual([all(), all()]);
    }),
    { numRuns: RUNS },
  );
});
