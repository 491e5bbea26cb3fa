import { describe, expect, test } from 'vitest';
import { makeSnapshot } from '../testing/resources.ts';
import { converse } from '../testing/stream.ts';
import {
  CLUSTER,
  ENDPOINTS,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTES,
  RUNTIME,
  SECRET,
  type Snapshot,
} from '../types.ts';

// Rows P11, P12 and P22 of docs/xds.md: the contents of a state-of-the-world response, and the meaning of absent resources.

describe.each([
  [CLUSTER, 'CDS'],
  [LISTENER, 'LDS'],
])('%s', (typeUrl, short) => {
  test('P11 each response has all resources; an absent one is deleted; an empty response deletes the rest', () => {
    const c = converse('sotw', makeSnapshot({ [typeUrl]: { a: '1', b: '1' } }));
    c.subscribe(typeUrl);
    expect(c.settle()).toEqual([`${short} +a +b`]);
    c.set(makeSnapshot({ [typeUrl]: { a: '1', b: '2' } }));
    expect(c.settle()).toEqual([`${short} +a +b`]);
    c.set(makeSnapshot({ [typeUrl]: { b: '2' } }));
    expect(c.settle()).toEqual([`${short} +b`]);
    c.set(makeSnapshot({ [typeUrl]: {} }));
    expect(c.settle()).toEqual([short]);
  });

  test('P11 each response to a subscription by name (as of a gRPC client) has all named resources', () => {
    const names = { [typeUrl]: ['a', 'b'] };
    const c = converse('sotw', makeSnapshot({ [typeUrl]: { a: '1', b: '1', c: '1' } }));
    c.subscribe(typeUrl, 'a', 'b');
    expect(c.settle(names)).toEqual([`${short} +a +b`]);
    c.set(makeSnapshot({ [typeUrl]: { a: '1', b: '2', c: '2' } }));
    expect(c.settle(names)).toEqual([`${short} +a +b`]);
    c.set(makeSnapshot({ [typeUrl]: { b: '2' } }));
    expect(c.settle(names)).toEqual([`${short} +b`]);
  });

  test.each([
    'delta',
    'sotw',
  ] as const)('P11 %s: without a snapshot nothing is sent, not even an empty list', (variant) => {
    const c = converse(variant);
    c.subscribe(typeUrl);
    c.subscribe(typeUrl);
    expect(c.said()).toEqual([]);
    c.set(makeSnapshot({ [typeUrl]: { a: '1' } }));
    expect(c.settle()).toEqual([`${short} +a`]);
  });

  test.each([
    'delta',
    'sotw',
  ] as const)('P11 %s: a snapshot without the type has no list of it', (variant) => {
    const c = converse(variant, makeSnapshot({ [ROUTES]: {} }));
    c.subscribe(typeUrl);
    expect(c.said()).toEqual([]);
  });

  test.each([
    'delta',
    'sotw',
  ] as const)('P11 %s: after its snapshot is evicted, a client keeps its resources', (variant) => {
    let snapshot: Snapshot | undefined = makeSnapshot({ [typeUrl]: { a: '1' } });
    const c = converse(variant, undefined, { snapshot: () => snapshot });
    c.subscribe(typeUrl);
    c.settle();
    snapshot = undefined;
    c.stream.update();
    expect(c.said()).toEqual([]);
  });

  test('P12 a name beside the wildcard is in the list once', () => {
    const c = converse('sotw', makeSnapshot({ [typeUrl]: { a: '1', b: '1' } }));
    c.subscribe(typeUrl, '*', 'a', 'a');
    expect(c.settle({ [typeUrl]: ['*', 'a'] })).toEqual([`${short} +a +b`]);
  });
});

describe.each([
  [ENDPOINTS, 'EDS'],
  [ROUTES, 'RDS'],
  [SECRET, 'SDS'],
  [EXTENSION_CONFIG, 'ECDS'],
  [RUNTIME, 'RTDS'],
])('%s', (typeUrl, short) => {
  const names = { [typeUrl]: ['a', 'b'] };

  test('P12 a response has the changed resources, and no name twice', () => {
    const c = converse('sotw', makeSnapshot({ [typeUrl]: { a: '1', b: '1' } }));
    c.subscribe(typeUrl, 'a', 'b', 'a');
    expect(c.settle(names)).toEqual([`${short} +a +b`]);
    c.set(makeSnapshot({ [typeUrl]: { a: '2', b: '1' } }));
    expect(c.settle(names)).toEqual([`${short} +a`]);
  });

  test('P12 a deletion cannot be expressed: it is not sent, and a resource that is created again is', () => {
    const c = converse('sotw', makeSnapshot({ [typeUrl]: { a: '1', b: '1' } }));
    c.subscribe(typeUrl, 'a', 'b');
    c.settle(names);
    c.set(makeSnapshot({ [typeUrl]: { b: '1' } }));
    expect(c.said()).toEqual([]);
    expect(c.stream.settled(typeUrl)).toBe('acked');
    c.set(makeSnapshot({ [typeUrl]: { a: '1', b: '1' } }));
    expect(c.settle(names)).toEqual([`${short} +a`]);
  });
});

describe('P22 endpoints of an unknown cluster', () => {
  test.each([
    'delta',
    'sotw',
  ] as const)('%s: are answered; otherwise the cluster warms for ever (envoy issue 9934)', (variant) => {
    const c = converse(variant, makeSnapshot({ [CLUSTER]: { a: '1' }, [ENDPOINTS]: { a: '1' } }));
    c.subscribe(CLUSTER);
    c.settle();
    c.set(makeSnapshot({ [CLUSTER]: {}, [ENDPOINTS]: {} }));
    c.subscribe(ENDPOINTS, 'a');
    expect(c.settle({ [ENDPOINTS]: ['a'] })).toContain('EDS -a');
  });

  test('state of the world: are not emptied if the client inherited them from an earlier stream', () => {
    const c = converse('sotw', makeSnapshot({ [ENDPOINTS]: { a: '1' } }));
    c.ask({ typeUrl: ENDPOINTS, resourceNames: ['a', 'old'], versionInfo: 'of an earlier stream' });
    expect(c.settle({ [ENDPOINTS]: ['a', 'old'] })).toEqual(['EDS +a']);
  });
});
