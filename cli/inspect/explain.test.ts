import { expect, test } from 'vitest';
import type { Explained } from '../../controlplane/explain/route.ts';
import { describeExplanation } from './explain.ts';

const PASS = { listener: 'l', chain: 'c', routeConfiguration: 'r', virtualHost: { name: 'h', domain: 'h' } };
const CLOSED = { kind: 'closed', why: 'so it is' } as const;

const EXPLAINED: Explained = {
  proxy: 'mesh/m/virtualNode/n',
  passes: [{ ...PASS, routes: [{ name: 'a', verdict: 'taken', why: [] }] }],
  outcome: CLOSED,
  envoy: { version: '1.40.0', connected: false },
  others: [],
  problems: [],
  admissions: [],
  backends: [],
};

const ONE_WAY = `listener l, filter chain c, routes r
virtual host h
  ROUTE  VERDICT  WHY
  a      taken

The proxy closes the connection: so it is.
`;

test('names the releases of Envoy only if their results differ', () => {
  expect(describeExplanation(EXPLAINED)).toBe(ONE_WAY);
  const other = { version: '1.37.0', passes: EXPLAINED.passes, outcome: { ...CLOSED, why: 'it was so' } };
  expect(describeExplanation({ ...EXPLAINED, others: [other] })).toBe(
    `Envoy 1.40.0:\n\n${ONE_WAY}\nEnvoy 1.37.0:\n\n${ONE_WAY.replace('so it is', 'it was so')}`,
  );
});

test('if routes may match, shows the outcome without a match', () => {
  const why = ['header x-request-id is made by the proxy: a random UUID'];
  const passes = [{ ...PASS, routes: [{ name: 'a', verdict: 'may match', why } as const] }];
  expect(describeExplanation({ ...EXPLAINED, passes })).toBe(`listener l, filter chain c, routes r
virtual host h
  ROUTE  VERDICT    WHY
  a      may match  header x-request-id is made by the proxy: a random UUID

Where no route takes it that may match:
  The proxy closes the connection: so it is.
`);
});

test('names the rule that admits some addresses, of which it does not know that of the caller', () => {
  const admission = {
    virtualNode: 'b',
    port: 80,
    mode: 'ENFORCE',
    chain: 'plain',
    verdict: 'refused',
    line: 'none',
    enforced: true,
    unlessFrom: 'p/unauthenticated/1',
  } as const;
  expect(describeExplanation({ ...EXPLAINED, admissions: [admission] })).toContain(
    'Virtual node b, listener 80, refuses it: rule none (ENFORCE, for a caller without an identity), unless its address is in a range of rule p/unauthenticated/1.\n',
  );
});
