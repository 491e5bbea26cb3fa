import { expect, test } from 'vitest';
import { modelFromInputs, resourceFromInput, type Written } from '../../mesh/testing/resources.ts';
import { securityOf } from '../../mesh/security.ts';
import { changedModes } from './changed-modes.ts';
import { identitiesOf } from './identities.ts';

const meshName = 'm';
const mesh = { owner: '000000000000', mesh: 'm' };
const ofNode = (mtls: string): Written => ({
  meshName,
  nodeIdentityName: 'a',
  spec: { proxy: { virtualNode: { virtualNodeName: 'a' } }, principals: [], mtls },
});
const before: readonly Written[] = [
  { meshName, spec: {} },
  { meshName, virtualNodeName: 'a', spec: {} },
  { meshName, virtualNodeName: 'b', spec: {} },
  { meshName, meshIdentityName: 'default', spec: { mtls: 'PERMISSIVE' } },
];
const a = { kind: 'virtualNode', ...mesh, parent: '', name: 'a' } as const;

test.each([
  ['changed', ofNode('OFF'), ofNode('STRICT'), { was: 'OFF', to: 'STRICT' }],
  ['created', undefined, ofNode('STRICT'), { was: 'PERMISSIVE', to: 'STRICT' }],
  ['deleted', ofNode('STRICT'), undefined, { was: 'STRICT', to: 'PERMISSIVE' }],
] as const)('a NodeIdentity that was %s changes the mode of its virtual node only', (_, former, current, change) => {
  const model = modelFromInputs([...before, ...(current === undefined ? [] : [current])]);
  // As for a control plane that runs: the modes of the current model have been read.
  securityOf(model, a);
  const kept = identitiesOf(model, mesh).filter(({ kind }) => kind === 'meshIdentity');
  const states = [...kept, ...(former === undefined ? [] : [resourceFromInput(former)])];
  expect(changedModes(model, mesh, states)).toEqual([{ node: a, ...change }]);
});
