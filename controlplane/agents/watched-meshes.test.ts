import { expect, it } from 'vitest';
import { Model } from '../mesh/model.ts';
import type { Resource } from '../mesh/resource.ts';
import { partlyWatched } from './watched-meshes.ts';

const OWNER = '111122223333';
const HOUR = 3_600_000;

function resource(kind: Resource['kind'], mesh: string, name: string, spec: object, at = 0): Resource {
  const times = { uid: name, version: 1, createdAt: 0, lastUpdatedAt: at, resourceOwner: OWNER, tags: [] };
  return { kind, owner: OWNER, mesh, parent: '', name, spec, ...times };
}

function watched(...resources: readonly Resource[]) {
  const model = new Model();
  model.apply(resources.map((each, index) => ({ revision: index + 1, id: each, resource: each })));
  const nodes = [...model.resources()].filter(
    (each): each is Resource<'virtualNode'> => each.kind === 'virtualNode',
  );
  return partlyWatched(model, nodes, 24 * HOUR);
}

const proxy = { virtualNode: { virtualNodeName: 'a' } };
const A = resource('virtualNode', 'm', 'a', {});
const B = resource('virtualNode', 'm', 'b', {});
const mode = (mtls: string, at: number) => resource('meshIdentity', 'm', 'default', { mtls }, at);

it('callers of a node with mtls OFF are not known: the empty list said that there are none', () => {
  expect(watched(A, B)).toEqual([{ mesh: 'm', owner: OWNER, off: 2 }]);
  const own = resource('nodeIdentity', 'm', 'a', { proxy, principals: [], mtls: 'OFF' });
  expect(watched(A, B, mode('PERMISSIVE', HOUR), own)).toEqual([{ mesh: 'm', owner: OWNER, off: 1 }]);
});

it('a mode that is younger than the window says since when callers are known', () => {
  const since = new Date(30 * HOUR).toISOString();
  expect(watched(A, B, mode('PERMISSIVE', 30 * HOUR))).toEqual([{ mesh: 'm', owner: OWNER, off: 0, since }]);
  const own = resource('nodeIdentity', 'm', 'a', { proxy, principals: [], mtls: 'PERMISSIVE' }, 30 * HOUR);
  expect(watched(A, B, mode('PERMISSIVE', HOUR), own)).toMatchObject([{ since }]);
});

it('a mesh that has been PERMISSIVE for longer than the window, or that is STRICT, has a complete list', () => {
  expect(watched(A, B, mode('PERMISSIVE', HOUR))).toEqual([]);
  expect(watched(A, B, mode('STRICT', 30 * HOUR))).toEqual([]);
});

it('a mesh that has not begun is named only while none has', () => {
  const other = resource('virtualNode', 'other', 'x', {});
  expect(watched(A, B, mode('PERMISSIVE', HOUR), other)).toEqual([]);
  expect(watched(A, B, other).map(({ mesh }) => mesh)).toEqual(['m', 'other']);
});
