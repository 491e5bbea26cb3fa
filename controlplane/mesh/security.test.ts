import { expect, test } from 'vitest';
import { Dependents } from './dependents.ts';
import { securityOf } from './security.ts';
import { FIXTURE_OWNER, modelFromInputs, put, resourceFromInput, type Written } from './testing/resources.ts';
import { viewOf } from './view.ts';

const meshName = 'm';
const discovery = { dns: { hostname: 'b.local' } };
const RESOURCES: readonly Written[] = [
  { meshName, spec: {} },
  { meshName, virtualNodeName: 'a', spec: { backends: [{ virtualService: { virtualServiceName: 'b' } }] } },
  { meshName, virtualNodeName: 'b', spec: { serviceDiscovery: discovery } },
  { meshName, virtualNodeName: 'c', spec: {} },
  { meshName, virtualServiceName: 'b', spec: { provider: { virtualNode: { virtualNodeName: 'b' } } } },
];
const ofMesh = (spec: object): Written => ({ meshName, meshIdentityName: 'default', spec });
const ofNode = (name: string, spec: object): Written => ({
  meshName,
  nodeIdentityName: 'any',
  spec: { proxy: { virtualNode: { virtualNodeName: name } }, principals: [], ...spec },
});
const id = (name: string) =>
  ({ kind: 'virtualNode', owner: FIXTURE_OWNER, mesh: meshName, parent: '', name }) as const;

test('a member of a NodeIdentity wins over that of the MeshIdentity, and OFF is the default', () => {
  expect(securityOf(modelFromInputs(RESOURCES), id('b'))).toEqual({ mtls: 'OFF', authorization: 'OFF' });
  const mesh = ofMesh({ mtls: 'PERMISSIVE', authorization: 'AUDIT' });
  const model = modelFromInputs([...RESOURCES, mesh, ofNode('b', { mtls: 'STRICT' })]);
  expect(securityOf(model, id('b'))).toEqual({ mtls: 'STRICT', authorization: 'AUDIT' });
  expect(securityOf(model, id('a'))).toEqual({ mtls: 'PERMISSIVE', authorization: 'AUDIT' });
});

test('the view of a caller follows the mode of its target', () => {
  const model = modelFromInputs(RESOURCES);
  const seen = () => {
    const view = viewOf(model, id('a'));
    const provider = view?.services[0]?.provider;
    return provider?.kind === 'virtualNode' ? provider.node.mtls : 'no node';
  };
  expect(seen()).toBeUndefined();
  model.apply([put(resourceFromInput(ofMesh({ mtls: 'PERMISSIVE' }), 10), 10)]);
  expect(seen()).toBe('PERMISSIVE');
  model.apply([put(resourceFromInput(ofNode('b', { mtls: 'STRICT' }), 11), 11)]);
  expect(seen()).toBe('STRICT');
  model.apply([{ revision: 12, id: { ...id('any'), kind: 'nodeIdentity' }, resource: undefined }]);
  expect(seen()).toBe('PERMISSIVE');
});

test('a mode of the mesh concerns every proxy, that of a node the node and its callers, and principals none', () => {
  const dependents = new Dependents();
  dependents.apply(RESOURCES.map((written, index) => put(resourceFromInput(written), index + 1)));
  const concerned = (written: Written) =>
    dependents
      .apply([put(resourceFromInput(written), 10)])
      .map(({ name }) => name)
      .toSorted();
  expect(concerned(ofMesh({ certificateHours: 24 }))).toEqual([]);
  expect(concerned(ofMesh({ mtls: 'PERMISSIVE' }))).toEqual(['a', 'b', 'c']);
  expect(concerned(ofNode('b', {}))).toEqual([]);
  expect(concerned(ofNode('b', { mtls: 'STRICT' }))).toEqual(['a', 'b']);
  expect(concerned(ofNode('c', { mtls: 'STRICT' }))).toEqual(['a', 'b', 'c']);
});
