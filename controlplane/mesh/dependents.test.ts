import * as fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { Dependents } from './dependents.ts';
import { put, resourceFromInput, type Written } from './testing/resources.ts';
import { Model } from './model.ts';
import type { Change, Resource } from './resource.ts';
import { viewOf } from './view.ts';
import type { ProxyId, ProxyView } from './proxy-view.ts';
import { runs } from '../../common/testing/short-form.ts';

const NAMES = ['a', 'b', 'c'];
const name = fc.constantFrom(...NAMES);
const target = fc.record({ virtualNode: name, weight: fc.integer({ min: 0, max: 2 }) });
const weightedTargets = fc.array(target, { minLength: 1, maxLength: 2 });

const meshes = fc
  .constantFrom('ALLOW_ALL', 'DROP_ALL')
  .map((type) => ({ meshName: 'm', spec: { egressFilter: { type } } }));
const nodes = fc.record({
  virtualNodeName: name,
  spec: fc.record({
    listeners: fc.array(
      fc.record({
        portMapping: fc.record({ port: fc.integer({ min: 1, max: 2 }), protocol: fc.constant('http') }),
      }),
      { maxLength: 1 },
    ),
    backends: fc.array(
      name.map((virtualServiceName) => ({ virtualService: { virtualServiceName } })),
      { maxLength: 2 },
    ),
  }),
});
const services = fc.record({
  virtualServiceName: name,
  spec: fc.oneof(
    name.map((virtualNodeName) => ({ provider: { virtualNode: { virtualNodeName } } })),
    name.map((virtualRouterName) => ({ provider: { virtualRouter: { virtualRouterName } } })),
    fc.constant({}),
  ),
});
const routers = fc.record({
  virtualRouterName: name,
  spec: fc.constantFrom({}, { listeners: [{ portMapping: { port: 1, protocol: 'http' } }] }),
});
const routes = fc.record({
  routeName: name,
  virtualRouterName: name,
  spec: weightedTargets.map((targets) => ({
    httpRoute: { match: { prefix: '/' }, action: { weightedTargets: targets } },
  })),
});
const gateways = fc.record({
  virtualGatewayName: name,
  spec: fc.constantFrom({ listeners: [] }, { listeners: [], logging: {} }),
});
const gatewayRoutes = fc.record({
  gatewayRouteName: name,
  virtualGatewayName: name,
  spec: name.map((virtualServiceName) => ({
    httpRoute: { match: {}, action: { target: { virtualService: { virtualServiceName } } } },
  })),
});

const inputs: fc.Arbitrary<Written> = fc
  .oneof(meshes, nodes, services, routers, routes, gateways, gatewayRoutes)
  .map((written) => ({ meshName: 'm', ...written }));
const edits = fc.array(fc.record({ written: inputs, deleted: fc.boolean() }), {
  minLength: 1,
  maxLength: 40,
});

const PROXIES: readonly ProxyId[] = NAMES.flatMap((proxy) => {
  const at = { owner: '000000000000', mesh: 'm', parent: '', name: proxy };
  return [
    { ...at, kind: 'virtualNode' },
    { ...at, kind: 'virtualGateway' },
  ] as const;
});

test('a change names exactly the proxies whose view it changes', () => {
  fc.assert(
    fc.property(edits, (list) => {
      const model = new Model();
      const dependents = new Dependents();
      start(model, dependents);
      list.forEach(({ written, deleted }, index) => {
        const before = views(model);
        const change = edit(written, index + 2, deleted);
        model.apply([change]);
        const named = dependents.apply([change]).map(key);
        const after = views(model);
        const changed = PROXIES.map(key).filter(
          (proxy) => !isDeepStrictEqual(before.get(proxy), after.get(proxy)),
        );
        expect(named.toSorted()).toEqual(changed.toSorted());
      });
    }),
    { numRuns: runs(500) },
  );
});

test('several changes at once name every proxy whose view they change', () => {
  fc.assert(
    fc.property(edits, (list) => {
      const model = new Model();
      const dependents = new Dependents();
      start(model, dependents);
      const before = views(model);
      const changes = list.map(({ written, deleted }, index) => edit(written, index + 2, deleted));
      model.apply(changes);
      const named = new Set(dependents.apply(changes).map(key));
      const after = views(model);
      for (const proxy of PROXIES.map(key).filter((each) => !named.has(each))) {
        expect(after.get(proxy)).toEqual(before.get(proxy));
      }
    }),
  );
});

test('a change of tags or times names no proxy', () => {
  const dependents = new Dependents();
  const node = resourceFromInput({ meshName: 'm', virtualNodeName: 'a', spec: { backends: [] } });
  expect(dependents.apply([put(node, 1)])).toHaveLength(1);
  expect(dependents.apply([put({ ...node, version: 2, tags: [{ key: 'k', value: 'v' }] }, 2)])).toEqual([]);
});

function start(model: Model, dependents: Dependents): void {
  const mesh = put(resourceFromInput({ meshName: 'm' }), 1);
  model.apply([mesh]);
  dependents.apply([mesh]);
}

/** Never deletes the mesh itself: no other resource may exist without it. */
function edit(written: Written, revision: number, deleted: boolean): Change {
  const resource: Resource = resourceFromInput(written, revision);
  const change = put(resource, revision);
  return deleted && resource.kind !== 'mesh' ? { ...change, resource: undefined } : change;
}

function views(model: Model): ReadonlyMap<string, ProxyView | undefined> {
  return new Map(PROXIES.map((id) => [key(id), viewOf(model, id)]));
}

function key(id: ProxyId): string {
  return `${id.kind}/${id.name}`;
}
