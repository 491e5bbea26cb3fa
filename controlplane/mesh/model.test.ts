import { expect, it } from 'vitest';
import { FIXTURE_OWNER, put, resourceFromInput } from './fixture.ts';
import { Model } from './model.ts';
import type { Change } from './resource.ts';

const MESH = { owner: FIXTURE_OWNER, mesh: 'm' };
const node = (name: string, revision: number) =>
  put(resourceFromInput({ meshName: 'm', virtualNodeName: name }, revision), revision);
const gone = (change: Change, revision: number): Change => ({ ...change, revision, resource: undefined });

it('knows the last change of a mesh, deletions too, as long as something is in it', () => {
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

it('keeps nothing of a mesh that is gone, also where it was replaced', () => {
  const model = new Model();
  model.apply([node('a', 1)]);
  const life = model.meshLife(MESH);
  model.apply([node('a', 2)]);
  model.replace([gone(node('b', 1), 1), node('a', 2)]);
  expect(model.meshLife(MESH)).toBe(life);
  model.replace([gone(node('a', 1), 3)]);
  expect(model.meshLife(MESH)).toBeUndefined();
  model.apply([node('a', 4)]);
  expect(model.meshLife(MESH)).not.toBe(life);
});
