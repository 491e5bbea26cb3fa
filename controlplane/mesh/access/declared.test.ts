import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../../common/testing/short-form.ts';
import { Dependents } from '../dependents.ts';
import { Model } from '../model.ts';
import type { Change, ResourceId } from '../resource.ts';
import { FIXTURE_OWNER, put, resourceFromInput, type Written } from '../testing/resources.ts';
import { declaredCallers } from './declared.ts';

// The callers of each virtual node, in three ways: forward from the callers, back from the node, and naively from the documents.

const MESH = { owner: FIXTURE_OWNER, mesh: 'm' };
const NAMES = ['a', 'b', 'c', 'd'];
const name = fc.constantFrom(...NAMES);
const weightedTargets = fc.array(fc.record({ virtualNode: name, weight: fc.nat(2) }), {
  minLength: 1,
  maxLength: 3,
});

const documents: fc.Arbitrary<Written> = fc
  .oneof(
    fc.record({
      virtualNodeName: name,
      spec: fc.record({
        backends: fc.array(
          name.map((virtualServiceName) => ({ virtualService: { virtualServiceName } })),
          { maxLength: 2 },
        ),
      }),
    }),
    fc.record({
      virtualServiceName: name,
      spec: fc.oneof(
        name.map((virtualNodeName) => ({ provider: { virtualNode: { virtualNodeName } } })),
        name.map((virtualRouterName) => ({ provider: { virtualRouter: { virtualRouterName } } })),
        fc.constant({}),
      ),
    }),
    fc.record({ virtualRouterName: name, spec: fc.constant({}) }),
    fc.record({
      routeName: name,
      virtualRouterName: name,
      spec: weightedTargets.chain((targets) =>
        fc.constantFrom(
          { httpRoute: { match: { prefix: '/' }, action: { weightedTargets: targets } } },
          { tcpRoute: { action: { weightedTargets: targets } } },
        ),
      ),
    }),
    fc.record({ virtualGatewayName: name, spec: fc.constant({ listeners: [] }) }),
    fc.record({
      gatewayRouteName: name,
      virtualGatewayName: name,
      spec: name.map((virtualServiceName) => ({
        httpRoute: { match: {}, action: { target: { virtualService: { virtualServiceName } } } },
      })),
    }),
  )
  .map((written) => ({ meshName: 'm', ...written }));

type Edit = { readonly written: Written; readonly deleted: boolean };
const edits = fc.array(fc.record({ written: documents, deleted: fc.boolean() }), {
  minLength: 5,
  maxLength: 60,
});

function changesOf(list: readonly Edit[]): readonly Change[] {
  return [
    put(resourceFromInput({ meshName: 'm' }), 1),
    ...list.map(({ written, deleted }, index): Change => {
      const change = put(resourceFromInput(written, index + 2), index + 2);
      return deleted ? { ...change, resource: undefined } : change;
    }),
  ];
}

/** The pairs `caller > node`, from the documents that are left, by trying every combination. */
function naive(model: Model): readonly string[] {
  const all = [...model.resources()].map(({ kind, parent, name: own, spec }) => ({
    kind,
    parent,
    own,
    spec,
  }));
  const named = (kind: string) => all.filter((each) => each.kind === kind);
  // oxlint-disable-next-line typescript/no-explicit-any, typescript/no-unsafe-type-assertion
  const raw = (spec: unknown): any => spec;
  const behind = (service: string, node: string): boolean =>
    named('virtualService').some(({ own, spec }) => {
      if (own !== service) return false;
      const { provider } = raw(spec);
      if (provider?.virtualNode?.virtualNodeName === node) return true;
      return (
        named('virtualRouter').some((router) => router.own === provider?.virtualRouter?.virtualRouterName) &&
        named('route').some(
          (route) =>
            route.parent === provider?.virtualRouter?.virtualRouterName &&
            JSON.stringify(route.spec).includes(`"virtualNode":"${node}"`),
        )
      );
    });
  const asks = (kind: string, caller: string, service: string): boolean =>
    kind === 'virtualNode'
      ? named(kind).some(
          ({ own, spec }) =>
            own === caller && JSON.stringify(spec).includes(`"virtualServiceName":"${service}"`),
        )
      : named('gatewayRoute').some(
          ({ parent, spec }) =>
            parent === caller && JSON.stringify(spec).includes(`"virtualServiceName":"${service}"`),
        );
  return named('virtualNode')
    .flatMap(({ own: node }) =>
      ['virtualGateway', 'virtualNode'].flatMap((kind) =>
        named(kind).flatMap(({ own: caller }) =>
          NAMES.some((service) => asks(kind, caller, service) && behind(service, node))
            ? [`${kind}/${caller} > ${node}`]
            : [],
        ),
      ),
    )
    .toSorted();
}

function pairs(declared: ReturnType<typeof declaredCallers>): readonly string[] {
  return [...declared]
    .flatMap(([node, callers]) => callers.map((caller) => `${caller.kind}/${caller.name} > ${node}`))
    .toSorted();
}

test('the callers of each virtual node are those that the documents say, found forward and back', () => {
  fc.assert(
    fc.property(edits, (list) => {
      const model = new Model();
      const dependents = new Dependents();
      const changes = changesOf(list);
      model.apply(changes);
      dependents.apply(changes);
      const declared = declaredCallers(model, MESH);
      expect(pairs(declared)).toEqual(naive(model));
      const back = model
        .list('virtualNode', MESH)
        .flatMap((node) =>
          dependents.callersOf(node).map(({ kind, name: own }) => `${kind}/${own} > ${node.name}`),
        );
      expect(back.toSorted()).toEqual(pairs(declared));
    }),
    { numRuns: runs(500) },
  );
});

test('a change names at least the virtual nodes whose callers it changes', () => {
  fc.assert(
    fc.property(edits, (list) => {
      const model = new Model();
      const dependents = new Dependents();
      for (const change of changesOf(list)) {
        const before = callersByNode(model);
        const named = new Set<string>();
        model.apply([change]);
        dependents.apply([change], (node: ResourceId<'virtualNode'>) => named.add(node.name));
        const after = callersByNode(model);
        for (const [node, own] of after)
          if (before.get(node) !== own && before.has(node)) expect(named).toContain(node);
      }
    }),
    { numRuns: runs(500) },
  );
});

function callersByNode(model: Model): ReadonlyMap<string, string> {
  const found = declaredCallers(model, MESH);
  return new Map(
    [...found].map(([node, own]) => [node, own.map(({ kind, name: caller }) => `${kind}/${caller}`).join()]),
  );
}

test('a caller is listed with every virtual service that leads to the node', () => {
  const backends = ['one', 'two', 'other'].map((virtualServiceName) => ({
    virtualService: { virtualServiceName },
  }));
  const provider = { virtualNode: { virtualNodeName: 'b' } };
  const list: readonly Written[] = [
    { virtualNodeName: 'a', spec: { backends } },
    { virtualNodeName: 'b', spec: {} },
    { virtualServiceName: 'one', spec: { provider } },
    { virtualServiceName: 'two', spec: { provider } },
  ];
  const model = new Model();
  model.apply(changesOf(list.map((written) => ({ written: { meshName: 'm', ...written }, deleted: false }))));
  expect(Object.fromEntries(declaredCallers(model, MESH))).toEqual({
    a: [],
    b: [{ kind: 'virtualNode', name: 'a', through: ['one', 'two'] }],
  });
});
