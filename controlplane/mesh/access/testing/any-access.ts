import * as fc from 'fast-check';
import type { AccessPolicySpec } from '../../../model/daybreak-types.ts';
import { FIXTURE_OWNER, modelFromInputs } from '../../testing/resources.ts';
import { nodeAccess } from '../compile-access.ts';
import type { NodeAccess } from '../node-access.ts';
import type { Arrival } from '../decide.ts';

/** The trust domain of generated accesses. */
export const TRUST_DOMAIN = 'apps.example';

/** The virtual nodes that have the called one behind a backend. */
export const DECLARED = ['a', 'c'];

/** A SPIFFE id of another trust domain. */
export const FOREIGN = 'spiffe://other.example/x';

/** Returns the SPIFFE id of a virtual node of the mesh. */
export function idOf(name: string): string {
  return `spiffe://${TRUST_DOMAIN}/account/${FIXTURE_OWNER}/mesh/m/virtualNode/${name}`;
}

const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 2 });
const optional = <T>(item: fc.Arbitrary<T>) => fc.option(item, { nil: undefined, freq: 2 });

const caller = fc.oneof(
  fc.constantFrom('a', 'c', 'x').map((virtualNodeName) => ({ virtualNode: { virtualNodeName } })),
  fc.constantFrom(FOREIGN, idOf('a')).map((spiffeId) => ({ spiffeId })),
);
const path = fc.constantFrom(
  { exact: '/a' },
  { exact: '/a/b' },
  { prefix: '/a' },
  { prefix: '/' },
  { exact: '/a:b' },
  { prefix: '/%C3%A9/' },
);
const http = fc.record({ methods: some(fc.constantFrom('GET', 'POST')), path }, { requiredKeys: [] });
const ports = fc.constantFrom([], [80], [80, 81]);

function rule<T>(member: string, whose: fc.Arbitrary<T>) {
  return fc
    .record({ [member]: optional(some(whose)), ports: optional(ports), http: optional(some(http)) })
    .map((made) => Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)));
}

/** Some access policies, with rules that often match. */
export const anyPolicies: fc.Arbitrary<readonly AccessPolicySpec[]> = fc.array(
  fc.record(
    {
      allow: some(rule('from', caller)),
      deny: some(rule('from', caller)),
      unauthenticated: some(rule('cidrs', fc.constantFrom('127.1.0.0/16', '0.0.0.0/0'))),
    },
    { requiredKeys: [] },
  ),
  { maxLength: 3 },
);

/** Some are other ways to write a path of a rule. */
const PATHS = ['/', '/a', '/a?q=/a/b', '/a/b', '/ab', '/b?x=%2F', '/a%2Fb'];
const WRITTEN_OTHERWISE = ['/a%3Ab', '/a%3ab?x', '/%c3%a9/b', '/a;v=1', '/a;v=1/b?x', '/;v=1/a/b', '/ab;/b'];

const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PATCH'),
  path: fc.constantFrom(...PATHS, '/a:b', ...WRITTEN_OTHERWISE),
});

/** A request, or a tcp connection, from a caller that some rules name, or from another one. */
export const anyArrival: fc.Arbitrary<Arrival> = fc
  .record({
    port: fc.constantFrom(80, 81),
    chain: fc.constantFrom('mesh', 'mesh', 'user', 'plain'),
    id: fc.constantFrom(idOf('a'), idOf('c'), idOf('x'), FOREIGN),
    address: fc.constantFrom('127.1.2.3', '127.2.2.3'),
    request: fc.option(request, { nil: undefined, freq: 4 }),
  })
  .map(
    (made): Arrival => ({
      ...made,
      id:
        made.chain === 'plain'
          ? undefined
          : made.chain === 'mesh' && made.id === FOREIGN
            ? idOf('x')
            : made.id,
    }),
  );

const NODE = { kind: 'virtualNode', owner: FIXTURE_OWNER, mesh: 'm', parent: '', name: 'b' } as const;

/** Returns the access of a virtual node with these policies, `p0` the first. */
export function accessOf(policies: readonly AccessPolicySpec[], mode: NodeAccess['mode']): NodeAccess {
  const model = modelFromInputs([
    { meshName: 'm' },
    ...policies.map((spec, index) => ({ meshName: 'm', accessPolicyName: `p${index}`, spec })),
  ]);
  const callers = DECLARED.map((name) => ({ ...NODE, name }));
  return nodeAccess(model, NODE, { mode, callers, trustDomain: TRUST_DOMAIN });
}
