import { expect, test } from 'vitest';
import {
  FIXTURE_OWNER,
  modelFromInputs,
  resourceFromInput,
  type Written,
} from '../../mesh/testing/resources.ts';
import { NO_PLAIN_FACTS, requireStrictRules, type PlainFacts } from './strict.ts';

const meshName = 'm';
const ofMesh = (spec: object): Written => ({ meshName, meshIdentityName: 'default', spec });
const ofNode = (mtls: string): Written => ({
  meshName,
  nodeIdentityName: 'a',
  spec: { proxy: { virtualNode: { virtualNodeName: 'a' } }, principals: [], mtls },
});
const NODES: readonly Written[] = [
  { meshName, spec: {} },
  { meshName, virtualNodeName: 'a', spec: {} },
  { meshName, virtualNodeName: 'b', spec: {} },
];

const change = (before: readonly Written[], written: Written, facts: PlainFacts = NO_PLAIN_FACTS) =>
  requireStrictRules(modelFromInputs([...NODES, ...before]), { puts: [resourceFromInput(written)] }, facts);

test('STRICT never follows OFF in one step, even if forced', () => {
  expect(() => change([], ofMesh({ mtls: 'STRICT', forceStrict: true }))).toThrow(
    /STRICT cannot follow OFF in one step, for virtual node a, b: set PERMISSIVE first/,
  );
  expect(() => change([ofMesh({ mtls: 'PERMISSIVE' })], ofMesh({ mtls: 'STRICT' }))).not.toThrow();
  expect(() => change([ofMesh({ mtls: 'PERMISSIVE' }), ofNode('OFF')], ofNode('STRICT'))).toThrow(/node a:/);
  // The override goes, and the mode of the mesh is STRICT.
  const model = modelFromInputs([...NODES, ofMesh({ mtls: 'STRICT' }), ofNode('OFF')]);
  const id = { kind: 'nodeIdentity', owner: FIXTURE_OWNER, mesh: 'm', parent: '', name: 'a' } as const;
  expect(() => requireStrictRules(model, { deletes: [id] }, NO_PLAIN_FACTS)).toThrow(/node a:/);
});

test('STRICT is refused while a virtual node has callers without mutual TLS, or a proxy without a certificate, unless forced', () => {
  const before = [ofMesh({ mtls: 'PERMISSIVE' })];
  const called: PlainFacts = ({ name }) => ({
    callers: name === 'b' ? [{ address: '10.0.0.9', port: 80, last: 0 }] : [],
    others: false,
  });
  expect(() => change(before, ofMesh({ mtls: 'STRICT' }), called)).toThrow(
    /virtual node b still has callers without mutual TLS: 10\.0\.0\.9 \(port 80, 1970-01-01T00:00:00\.000Z\)/,
  );
  expect(() => change(before, ofNode('STRICT'), called)).not.toThrow();
  expect(() => change(before, ofMesh({ mtls: 'STRICT', forceStrict: true }), called)).not.toThrow();
  const old: PlainFacts = () => ({ callers: [], others: true });
  expect(() => change(before, ofMesh({ mtls: 'STRICT' }), old)).toThrow(/has no certificate/);
});

test('OFF never follows STRICT in one step either: not by a change, and not by a deletion', () => {
  const strict = [ofMesh({ mtls: 'STRICT' })];
  expect(() => change(strict, ofMesh({ mtls: 'OFF' }))).toThrow(
    /OFF cannot follow STRICT in one step, for virtual node a, b: set PERMISSIVE first/,
  );
  expect(() => change(strict, ofMesh({ mtls: 'PERMISSIVE' }))).not.toThrow();
  const id = { kind: 'meshIdentity', owner: FIXTURE_OWNER, mesh: 'm', parent: '', name: 'default' } as const;
  const model = modelFromInputs([...NODES, ...strict]);
  expect(() => requireStrictRules(model, { deletes: [id] }, NO_PLAIN_FACTS)).toThrow(
    /OFF cannot follow STRICT/,
  );
  // A mesh without virtual nodes can be taken down.
  const empty = modelFromInputs([...NODES.slice(0, 1), ...strict]);
  expect(() => requireStrictRules(empty, { deletes: [id] }, NO_PLAIN_FACTS)).not.toThrow();
});
