import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APP_MESH_KINDS, type AppMeshKind } from '../../mesh/resource.ts';
import { startApi, type TestApi } from '../testing/test-api.ts';
import { nameMember, title } from '../../mesh/names.ts';
import { GATEWAY_PORT, NAMED } from './testing/named.ts';
import { validSpec } from './testing/valid-spec.ts';
import { mutationsOf } from './testing/mutations.ts';
import { runs } from '../../../common/testing/short-form.ts';

const RUNS = runs(50);
const LIMIT_MS = 3_600_000;
const MESH = '/meshes/m';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await make('/meshes', { meshName: 'm' });
  for (const virtualNodeName of NAMED.nodes)
    await make(`${MESH}/virtualNodes`, { virtualNodeName, spec: {} });
  for (const virtualRouterName of NAMED.routers)
    await make(`${MESH}/virtualRouters`, { virtualRouterName, spec: {} });
  for (const virtualServiceName of NAMED.services)
    await make(`${MESH}/virtualServices`, { virtualServiceName, spec: {} });
  for (const protocol of ['http', 'http2', 'grpc']) {
    const spec = { listeners: [{ portMapping: { port: GATEWAY_PORT, protocol } }] };
    await make(`${MESH}/virtualGateways`, { virtualGatewayName: `${protocol}Route`, spec });
  }
});
afterAll(() => api.close());

async function make(path: string, body: unknown): Promise<void> {
  expect((await api.call('PUT', path, body)).status).toBe(200);
}

/** The collection of a kind; for a gateway route, that of the gateway with its protocol. */
function collectionOf(kind: AppMeshKind, spec: unknown): string {
  switch (kind) {
    case 'mesh':
      return '/meshes';
    case 'route':
      return `${MESH}/virtualRouter/router/routes`;
    case 'gatewayRoute': {
      const protocol = ['httpRoute', 'http2Route', 'grpcRoute'].find((member) => member in (spec as object));
      return `${MESH}/virtualGateway/${protocol}/gatewayRoutes`;
    }
    case 'virtualNode':
    case 'virtualRouter':
    case 'virtualService':
    case 'virtualGateway':
      break;
  }
  return `${MESH}/${kind}s`;
}

describe.each(APP_MESH_KINDS)('%s', (kind) => {
  const shape = `${title(kind)}Spec`;
  const specs = validSpec(kind);

  it('accepts every valid specification, and returns it unchanged', { timeout: LIMIT_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(specs, async (spec) => {
        const collection = collectionOf(kind, spec);
        const made = await api.call('PUT', collection, { [nameMember(kind)]: 'x', spec });
        expect(made.body).toMatchObject({ [nameMember(kind)]: 'x' });
        expect(made.body['spec']).toEqual(spec);
        expect((await api.call('GET', `${collection}/x`)).body).toEqual(made.body);
        const same = await api.call('PUT', `${collection}/x`, { spec });
        expect(same.body).toEqual(made.body);
        expect((await api.call('DELETE', `${collection}/x`)).status).toBe(200);
      }),
      { numRuns: RUNS },
    );
  });

  const withSlip = specs.chain((spec) =>
    fc.tuple(fc.constant(spec), fc.constantFrom(...mutationsOf(shape, spec, 'spec'))),
  );

  it('refuses it with one fault, and names the path', { timeout: LIMIT_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(withSlip, async ([spec, { path, value }]) => {
        const { revision } = api.live.model;
        const collection = collectionOf(kind, spec);
        const refused = await api.call('PUT', collection, { [nameMember(kind)]: 'x', spec: value });
        if (refused.status === 200) await api.call('DELETE', `${collection}/x`);
        expect(refused).toMatchObject({ status: 400, error: 'BadRequestException' });
        expect(refused.body['message']).toContain(`'${path}'`);
        expect(api.live.model.revision).toBe(revision);
      }),
      { numRuns: RUNS * 4 },
    );
  });
});
