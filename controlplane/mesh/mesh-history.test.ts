import { expect, it } from 'vitest';
import { put, FIXTURE_OWNER, resourceFromInput } from './testing/resources.ts';
import { Model } from './model.ts';
import type { Change } from './resource.ts';

const MESH = { owner: FIXTURE_OWNER, mesh: 'm' };
const route = (virtualRouterName: string, routeName: string, revision: number): Change =>
  put(resourceFromInput({ meshName: 'm', virtualRouterName, routeName }, revision), revision);
const gone = (change: Change, revision: number): Change => ({ ...change, revision, resource: undefined });

/** The generations of the last change to the routes of two routers. */
const changes = (model: Model): readonly (number | undefined)[] =>
  ['r', 's'].map((router) => model.meshHistory(MESH)?.changedAt('route', router));

it('returns the last change of each table, also after its last resource was deleted or created again', () => {
  const model = new Model();
  model.apply([route('r', 'a', 1), route('s', 'a', 2)]);
  expect(changes(model)).toEqual([1, 2]);
  model.apply([route('r', 'b', 3)]);
  expect(changes(model)).toEqual([3, 2]);
  model.apply([gone(route('s', 'a', 2), 4)]);
  expect(changes(model)).toEqual([3, 4]);
  model.apply([route('s', 'a', 5)]);
  expect(changes(model)).toEqual([3, 5]);
});

it('counts all tables as changed after the whole model was read again', () => {
  const model = new Model();
  const all = [route('r', 'a', 1), route('s', 'a', 2)];
  model.apply(all);
  model.replace(all);
  expect(changes(model)).toEqual([model.generation, model.generation]);
});

it('is a different object in a model that was derived from this one', () => {
  const model = new Model();
  model.apply([route('r', 'a', 1)]);
  const next = model.with({ deletes: [route('r', 'a', 1).id] });
  expect(next.meshHistory(MESH)).not.toBe(model.meshHistory(MESH));
  expect(changes(model)).toEqual([1, 0]);
});
