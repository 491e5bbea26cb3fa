import { expect, it } from 'vitest';
import { FIXTURE_OWNER, put, resourceFromInput } from './testing/resources.ts';
import { Model } from './model.ts';
import type { Change } from './resource.ts';

const MESH = { owner: FIXTURE_OWNER, mesh: 'm' };
const node = (name: string, revision: number) =>
  put(resourceFromInput({ meshName: 'm', virtualNodeName: name }, revision), revision);
const gone = (change: Change, revision: number): Change => ({ ...change, revision, resource: undefined });

it('returns the last change of a mesh, deletions too, as long as the mesh is not empty', () => {
  const model = new Model();
  expect(model.meshRevision(MESH)).toBe(0);
  model.apply([node('a', 1), node('b', 1)]);
  expect(model.meshRevision(MESH)).toBe(1);
  model.apply([gone(node('a', 1), 2)]);
  expect(model.meshRevision(MESH)).toBe(2);
  model.apply([gone(node('never', 1), 3)]);
  expect(model.meshRevision(MESH)).toBe(3);
  model.apply([gone(node('b', 1), 4)]);
  expect(model.meshRevision(MESH)).toBe(0);
  expect(model.revision).toBe(4);
});

it('keeps nothing of a deleted mesh, also after the model was replaced', () => {
  const model = new Model();
  model.apply([node('a', 1)]);
  const history = model.meshHistory(MESH);
  model.apply([node('a', 2)]);
  model.replace([gone(node('b', 1), 1), node('a', 2)]);
  expect(model.meshHistory(MESH)).toBe(history);
  model.replace([gone(node('a', 1), 3)]);
  expect(model.meshHistory(MESH)).toBeUndefined();
  model.apply([node('a', 4)]);
  expect(model.meshHistory(MESH)).not.toBe(history);
});

it('returns the meshes of a name of all accounts, sorted by account', () => {
  const mesh = (owner: string, name: string, revision: number): Change =>
    put({ ...resourceFromInput({ meshName: name }, revision), owner }, revision);
  const owners = (model: Model): readonly string[] => model.meshesNamed('m').map(({ owner }) => owner);
  const model = new Model();
  expect(owners(model)).toEqual([]);
  model.apply([mesh('222222222222', 'm', 1), mesh('111111111111', 'm', 2), mesh('333333333333', 'other', 3)]);
  expect(owners(model)).toEqual(['111111111111', '222222222222']);
  const { resource } = mesh('444444444444', 'm', 4);
  const next = model.with({ puts: resource === undefined ? [] : [resource] });
  expect(owners(next)).toEqual(['111111111111', '222222222222', '444444444444']);
  model.apply([gone(mesh('222222222222', 'm', 4), 4)]);
  expect(owners(model)).toEqual(['111111111111']);
  model.replace([mesh('333333333333', 'm', 1)]);
  expect(owners(model)).toEqual(['333333333333']);
  model.replace([mesh('333333333333', 'other', 1)]);
  expect(owners(model)).toEqual([]);
  const changed = mesh('333333333333', 'm', 2);
  model.apply([changed]);
  expect(model.meshesNamed('m')[0]).toBe(changed.resource);
});
