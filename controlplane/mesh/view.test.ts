import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { FIXTURE_OWNER, put, resourceFromInput, type Written } from './testing/resources.ts';
import { Model } from './model.ts';
import { serviceViews } from './services.ts';
import type { Change } from './resource.ts';
import { viewOf } from './view.ts';
import type { ProviderView, ServiceView } from './proxy-view.ts';

const ID = { owner: FIXTURE_OWNER, mesh: 'm', parent: '', kind: 'virtualNode', name: 'caller' } as const;
const change = (written: Written, revision: number): Change =>
  put(resourceFromInput({ meshName: 'm', ...written }, revision), revision);
const gone = (before: Change, revision: number): Change => ({ ...before, revision, resource: undefined });

const listeners = [{ portMapping: { port: 8080, protocol: 'http' } }];
const called = (name: string) => ({ virtualService: { virtualServiceName: name } });
const routed = (name: string) => ({ provider: { virtualRouter: { virtualRouterName: name } } });
const route = (router: string, name: string, target: string, revision: number): Change =>
  change(
    {
      routeName: name,
      virtualRouterName: router,
      spec: {
        httpRoute: {
          match: { prefix: '/' },
          action: { weightedTargets: [{ virtualNode: target, weight: 1 }] },
        },
      },
    },
    revision,
  );

/** A node that calls services `a` and `b`. Each has a router of the same name, whose route leads to node `old`. */
const CHANGES = [
  change({ spec: {} }, 1),
  change({ virtualNodeName: 'old', spec: { listeners } }, 2),
  change({ virtualNodeName: 'new', spec: { listeners } }, 3),
  change({ virtualNodeName: 'caller', spec: { backends: [called('a'), called('b')] } }, 4),
  change({ virtualRouterName: 'a', spec: { listeners } }, 5),
  change({ virtualRouterName: 'b', spec: { listeners } }, 6),
  change({ virtualServiceName: 'a', spec: routed('a') }, 7),
  change({ virtualServiceName: 'b', spec: routed('b') }, 8),
  route('a', 'first', 'old', 9),
  route('b', 'first', 'old', 10),
];

function modelOf(changes: readonly Change[]): Model {
  const model = new Model();
  model.apply(changes);
  return model;
}

function services(model: Model): readonly ServiceView[] {
  const view = viewOf(model, ID);
  if (view === undefined) throw new Error('there is no view');
  return view.services;
}

function targets({ provider }: { readonly provider: ProviderView }): readonly string[] {
  return provider.kind === 'virtualRouter' ? provider.nodes.map(({ name }) => name) : [];
}

test('a service stays the same object as long as its content is the same, whatever else changes', () => {
  const model = modelOf(CHANGES);
  const [a, b] = services(model);
  model.apply([route('b', 'first', 'new', 11)]);
  const [sameA, otherB] = services(model);
  expect([sameA === a, otherB === b, otherB && targets(otherB)]).toEqual([true, false, ['new']]);
  model.apply([change({ virtualNodeName: 'new', spec: { listeners } }, 12)]);
  expect(services(model)).toEqual([a, otherB]);
  expect(services(model)[1]).toBe(otherB);
});

const AFTER: readonly (readonly [string, Change, readonly (readonly string[])[]])[] = [
  ['a changed route', route('a', 'first', 'new', 11), [['new'], ['old']]],
  ['a second route', route('a', 'second', 'new', 11), [['new', 'old'], ['old']]],
  ['the last route deleted', gone(route('a', 'first', 'old', 9), 11), [[], ['old']]],
  ['a target deleted', gone(change({ virtualNodeName: 'old', spec: {} }, 2), 11), [[], []]],
  ['a router deleted', gone(change({ virtualRouterName: 'b', spec: {} }, 6), 11), [['old'], []]],
  ['a service deleted', gone(change({ virtualServiceName: 'b', spec: {} }, 8), 11), [['old'], []]],
  ['another router', change({ virtualServiceName: 'b', spec: routed('c') }, 11), [['old'], []]],
];

test.each(AFTER)('a view reflects the current model: %s', (_, next, expected) => {
  const model = modelOf(CHANGES);
  services(model);
  model.apply([next]);
  expect(services(model).map(targets)).toEqual(expected);
});

test('a view reflects the replaced model, even if the last revision is the same', () => {
  const model = modelOf(CHANGES);
  services(model);
  model.replace([...CHANGES.slice(0, -1), route('b', 'first', 'new', 10)]);
  expect(services(model).map(targets)).toEqual([['old'], ['new']]);
  model.replace([...CHANGES.slice(0, 8), route('b', 'first', 'new', 10)]);
  expect(services(model).map(targets)).toEqual([[], ['new']]);
});

test('views of deleted services leave the memory, although their mesh stays', async () => {
  const model = modelOf(CHANGES);
  const views = Array.from({ length: 400 }, (_, index) => {
    const name = `preview-${index}`;
    const made = change({ virtualServiceName: name, spec: {} }, 11 + 2 * index);
    model.apply([made]);
    const [view] = serviceViews(model, ID, [name]);
    if (view === undefined) throw new Error('there is no view');
    model.apply([gone(made, 12 + 2 * index)]);
    return new WeakRef(view);
  });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // A WeakRef keeps its target until the end of the turn.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  expect(views.filter((view) => view.deref() !== undefined).length).toBeLessThan(200);
  expect(services(model)).toHaveLength(2);
});
