import { expect, test } from 'vitest';
import type { ProxyStatus } from '../../../controlplane/status/status.ts';
import { EXAMPLE, meshOf, resource } from '../../testing/example-mesh.ts';
import { allowing, callerName } from './allow.ts';
import { graphOf } from '../graph/graph-of.ts';
import type { MeshModel } from '../resources.ts';
import { securityIn } from './security.ts';
import { securityProblems } from './security-problems.ts';

const SECURED = meshOf(
  ...EXAMPLE.resources,
  resource('meshIdentity', 'default', { mtls: 'PERMISSIVE', authorization: 'AUDIT' }),
  resource('nodeIdentity', 'v1', {
    proxy: { virtualNode: { virtualNodeName: 'shop-v1' } },
    principals: [],
    mtls: 'STRICT',
  }),
);

test('a proxy has the modes of its NodeIdentity, else those of the mesh, else none', () => {
  expect(securityIn(EXAMPLE)('virtualNode/front')).toEqual({ mtls: 'OFF', authorization: 'OFF' });
  expect(securityIn(SECURED)('virtualNode/front')).toEqual({ mtls: 'PERMISSIVE', authorization: 'AUDIT' });
  expect(securityIn(SECURED)('virtualNode/shop-v1')).toEqual({ mtls: 'STRICT', authorization: 'AUDIT' });
});

test('the map has a lock for mutual TLS between proxies, and for TLS that the model configures', () => {
  const { pieces, lines } = graphOf(SECURED);
  const tlsOf = (key: string) => pieces.find((each) => each.key === key)?.tls;
  expect([tlsOf('virtualNode/shop-v1'), tlsOf('virtualNode/front')]).toEqual(['mutual', 'mutualOptional']);
  const lockOf = (to: string) => lines.find((each) => each.key === `virtualService/shop.example>${to}`)?.lock;
  expect([lockOf('virtualNode/shop-v1'), lockOf('virtualNode/shop-v2')]).toEqual(['closed', 'optional']);
  const own = meshOf(
    resource('virtualNode', 'own', {
      listeners: [{ portMapping: { port: 1, protocol: 'http' }, tls: { mode: 'STRICT' } }],
    }),
    resource('meshIdentity', 'default', { mtls: 'PERMISSIVE' }),
  );
  expect(graphOf(own).pieces[0]?.tls).toBe('strict');
  // A gateway's listeners do not change with the mode.
  expect(tlsOf('virtualGateway/edge')).toBeUndefined();
});

const FRONT = 'spiffe://apps.example/account/000000000000/mesh/m/virtualNode/front';

test('a refused caller is admitted by a new policy, on the port that it called', () => {
  const refusal = { port: 8080, caller: FRONT, rule: 'none', count: 3 };
  expect(allowing(SECURED, 'shop-v1', refusal)).toEqual({
    kind: 'policy',
    verb: 'Create',
    id: { kind: 'accessPolicy', parent: '', name: 'allow-shop-v1' },
    spec: {
      target: { virtualNode: { virtualNodeName: 'shop-v1' } },
      allow: [{ from: [{ virtualNode: { virtualNodeName: 'front' } }], ports: [8080] }],
    },
  });
  expect(callerName(SECURED, FRONT)).toBe('virtualNode/front');
});

test('a policy that the node has already gets one rule more, and keeps the others', () => {
  const deny = [{ ports: [1] }];
  const target = { virtualNode: { virtualNodeName: 'shop-v1' } };
  const model = meshOf(...SECURED.resources, resource('accessPolicy', 'mine', { target, deny, allow: [{}] }));
  const elsewhere = 'spiffe://other.example/ns/a';
  expect(allowing(model, 'shop-v1', { port: 80, caller: elsewhere, rule: 'none', count: 1 })).toEqual({
    kind: 'policy',
    verb: 'Update',
    id: { kind: 'accessPolicy', parent: '', name: 'mine' },
    existing: model.resources.find(({ name }) => name === 'mine'),
    spec: { target, deny, allow: [{}, { from: [{ spiffeId: elsewhere }], ports: [80] }] },
  });
});

test('a name that is taken by a policy of another node is not overwritten', () => {
  const model = meshOf(...SECURED.resources, resource('accessPolicy', 'allow-shop-v1', {}));
  expect(allowing(model, 'shop-v1', { port: 80, caller: FRONT, rule: 'none', count: 1 })).toMatchObject({
    verb: 'Create',
    id: { name: 'allow-shop-v1-2' },
  });
});

test('a new policy has a name that the API takes, also for a virtual node with the longest one', () => {
  const [long, wide] = ['n'.repeat(255), '網'.repeat(255)];
  const nameFor = (model: MeshModel, node: string): string => {
    const way = allowing(model, node, { port: 80, caller: FRONT, rule: 'none', count: 1 });
    return way.kind === 'policy' ? way.id.name : '';
  };
  const first = nameFor(SECURED, long);
  expect([first.length, nameFor(SECURED, wide).length]).toEqual([250, 250]);
  const taken = meshOf(...SECURED.resources, resource('accessPolicy', first, {}));
  expect(nameFor(taken, long)).toBe(`${first}-2`);
});

test('no rule admits a caller that a rule denies, or one without an identity', () => {
  const denied = allowing(SECURED, 'shop-v1', { port: 80, caller: FRONT, rule: 'a/b/deny/2', count: 1 });
  expect(denied).toEqual({ kind: 'denied', policy: 'a/b' });
  const anonymous = allowing(SECURED, 'shop-v1', { port: 80, caller: '', rule: 'none', count: 1 });
  expect(anonymous).toEqual({ kind: 'no identity' });
});

test('the problems name callers that are or would be refused, and what a node with STRICT cannot take', () => {
  const plain = [
    {
      mesh: 'm',
      virtualNode: 'shop-v1',
      mtls: 'STRICT',
      hasProxyWithoutCertificate: true,
      callers: [{ address: '10.0.0.9', port: 8080, last: '' }],
    },
    { mesh: 'm', virtualNode: 'front', mtls: 'PERMISSIVE', hasProxyWithoutCertificate: true, callers: [] },
  ];
  const refusals = [{ port: 8080, caller: FRONT, rule: 'none', count: 2 }];
  const proxies = [1, 2].map((instance) => ({
    resource: 'mesh/m/virtualNode/shop-v1',
    peer: `p${instance}`,
    report: { refusals },
  })) as unknown as ProxyStatus[];
  expect(securityProblems(SECURED, proxies, plain)).toEqual([
    {
      kind: 'would refuse',
      where: 'virtualNode/shop-v1',
      caller: 'virtualNode/front',
      port: 8080,
      rule: 'none',
      count: 4,
    },
    { kind: 'no certificate', where: 'virtualNode/shop-v1' },
    { kind: 'plain callers', where: 'virtualNode/shop-v1', addresses: ['10.0.0.9 → 8080'] },
  ]);
});
