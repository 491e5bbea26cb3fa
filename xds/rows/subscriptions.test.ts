import { describe, expect, test } from 'vitest';
import { makeSnapshot } from '../testing/resources.ts';
import { converse } from '../testing/stream.ts';
import { CLUSTER, ENDPOINTS, EXTENSION_CONFIG, LISTENER, ROUTES, RUNTIME, SECRET } from '../types.ts';

// Rows P9, P10, P13 to P17 and P26 of docs/xds.md: subscriptions, and the responses to them.

const ab = makeSnapshot({ [CLUSTER]: { A: '1', B: '1' }, [LISTENER]: { A: '1', B: '1' } });
const changed = makeSnapshot({ [CLUSTER]: { A: '2', B: '2' }, [LISTENER]: { A: '2', B: '2' } });

describe.each([
  [CLUSTER, 'CDS'],
  [LISTENER, 'LDS'],
])('%s', (typeUrl, short) => {
  test('P9 state of the world, the example of the protocol text: [], [*, A], [A], []', () => {
    const c = converse('sotw', ab);
    c.subscribe(typeUrl);
    expect(c.settle()).toEqual([`${short} +A +B`]);
    const next = (...names: string[]) => {
      const { lastNonce = '' } = c.stream.types.get(typeUrl) ?? {};
      c.ask({ typeUrl, resourceNames: names, responseNonce: lastNonce });
      return c.settle({ [typeUrl]: names });
    };
    expect(next('*', 'A')).toEqual([`${short} +A +B`]);
    expect(next('A')).toEqual([]);
    c.set(changed);
    expect(c.settle({ [typeUrl]: ['A'] })).toEqual([`${short} +A`]);
    expect(next()).toEqual([]);
    c.set(ab);
    expect(c.said()).toEqual([]);
  });

  test('P9 incremental, the example of the protocol text: [], +A, -*, -A', () => {
    const c = converse('delta', ab);
    c.subscribe(typeUrl);
    expect(c.settle()).toEqual([`${short} +A +B`]);
    c.ask({ typeUrl, resourceNamesSubscribe: ['A'] });
    expect(c.settle()).toEqual([`${short} +A`]);
    c.set(changed);
    expect(c.settle()).toEqual([`${short} +A +B`]);
    c.ask({ typeUrl, resourceNamesUnsubscribe: ['*'] });
    c.set(ab);
    expect(c.settle()).toEqual([`${short} +A`]);
    c.ask({ typeUrl, resourceNamesUnsubscribe: ['A'] });
    c.set(changed);
    expect(c.said()).toEqual([]);
    expect(c.stream.settled(typeUrl)).toBe('acked');
  });

  test.each(['delta', 'sotw'] as const)('P9 %s: the explicit wildcard in the first request', (variant) => {
    const c = converse(variant, ab);
    c.subscribe(typeUrl, '*');
    expect(c.settle({ [typeUrl]: ['*'] })).toEqual([`${short} +A +B`]);
  });

  test.each(['delta', 'sotw'] as const)('P9 %s: one name first, and the wildcard later', (variant) => {
    const c = converse(variant, ab);
    c.subscribe(typeUrl, 'A');
    expect(c.settle({ [typeUrl]: ['A'] })).toEqual([`${short} +A`]);
    const { lastNonce = '' } = c.stream.types.get(typeUrl) ?? {};
    c.ask({
      typeUrl,
      responseNonce: lastNonce,
      [variant === 'delta' ? 'resourceNamesSubscribe' : 'resourceNames']: ['*', 'A'],
    });
    expect(c.settle({ [typeUrl]: ['*', 'A'] })).toEqual([`${short} +A +B`]);
  });

  test('P9 incremental: a first request that only unsubscribes begins the legacy wildcard', () => {
    const c = converse('delta', ab);
    c.ask({ typeUrl, resourceNamesUnsubscribe: ['A'] });
    expect(c.settle()).toEqual([`${short} +A +B`]);
    const without = converse('delta', ab);
    without.ask({ typeUrl, resourceNamesUnsubscribe: ['*'] });
    expect(without.said()).toEqual([]);
  });

  test('P9 incremental: unsubscribing from the wildcard ends the legacy wildcard permanently', () => {
    const c = converse('delta', ab);
    c.subscribe(typeUrl);
    c.settle();
    c.ask({ typeUrl, resourceNamesUnsubscribe: ['*'] });
    c.ask({ typeUrl });
    c.set(changed);
    expect(c.said()).toEqual([]);
  });

  test('P9 incremental: resources that were sent for the wildcard are sent again when the wildcard comes back', () => {
    const c = converse('delta', ab);
    c.subscribe(typeUrl, '*', 'A');
    c.settle();
    c.ask({ typeUrl, resourceNamesUnsubscribe: ['*'] });
    c.ask({ typeUrl, resourceNamesSubscribe: ['*'] });
    expect(c.settle()).toEqual([`${short} +B`]);
  });

  test('P10 incremental: a name unsubscribed from under the wildcard is sent once more', () => {
    const c = converse('delta', ab);
    c.subscribe(typeUrl, '*', 'A');
    c.settle();
    c.ask({ typeUrl, resourceNamesUnsubscribe: ['A'] });
    expect(c.settle()).toEqual([`${short} +A`]);
    c.set(changed);
    expect(c.settle()).toEqual([`${short} +A +B`]);
  });

  test('P10 incremental: a name that does not exist is reported as removed when it is unsubscribed from under the wildcard', () => {
    const c = converse('delta', ab);
    c.subscribe(typeUrl, '*', 'C');
    expect(c.settle()).toEqual([`${short} +A +B -C`]);
    c.ask({ typeUrl, resourceNamesUnsubscribe: ['C'] });
    expect(c.settle()).toEqual([`${short} -C`]);
  });

  test('P14 incremental: a wildcard that is subscribed to again is sent again', () => {
    const c = converse('delta', ab);
    c.subscribe(typeUrl, '*');
    c.settle();
    c.ask({ typeUrl, resourceNamesSubscribe: ['*'] });
    expect(c.settle()).toEqual([`${short} +A +B`]);
  });
});

const NAMED = [
  [ENDPOINTS, 'EDS'],
  [ROUTES, 'RDS'],
  [SECRET, 'SDS'],
  [EXTENSION_CONFIG, 'ECDS'],
  [RUNTIME, 'RTDS'],
] as const;

describe.each(NAMED)('%s', (typeUrl, short) => {
  const two = makeSnapshot({ [typeUrl]: { a: '1', b: '1' } });

  describe.each(['delta', 'sotw'] as const)('%s', (variant) => {
    test('P26 is available by name, without a wildcard', () => {
      const c = converse(variant, two);
      c.subscribe(typeUrl);
      expect(c.said()).toEqual([]);
      const named = converse(variant, two);
      named.subscribe(typeUrl, 'a');
      expect(named.settle({ [typeUrl]: ['a'] })).toEqual([`${short} +a`]);
    });

    test('P9 a star is a name like any other', () => {
      const c = converse(variant, two);
      c.subscribe(typeUrl, '*');
      const [said] = c.settle({ [typeUrl]: ['*'] });
      expect(said).not.toContain('+');
    });

    test('P13 a newly named resource is sent although nothing changed', () => {
      const c = converse(variant, two);
      c.subscribe(typeUrl, 'a');
      const [first] = c.take();
      const more = variant === 'sotw' ? { resourceNames: ['a', 'b'] } : { resourceNamesSubscribe: ['b'] };
      c.ask({ typeUrl, responseNonce: first?.nonce, ...more });
      expect(c.settle({ [typeUrl]: ['a', 'b'] })).toEqual([`${short} +b`]);
    });

    test('P13 a name that is subscribed to again after an unsubscription is sent again', () => {
      const c = converse(variant, two);
      const nonce = () => ({ typeUrl, responseNonce: c.stream.types.get(typeUrl)?.lastNonce ?? '' });
      c.subscribe(typeUrl, 'a', 'b');
      c.settle({ [typeUrl]: ['a', 'b'] });
      const [less, more] =
        variant === 'sotw'
          ? [{ resourceNames: ['a'] }, { resourceNames: ['a', 'b'] }]
          : [{ resourceNamesUnsubscribe: ['b'] }, { resourceNamesSubscribe: ['b'] }];
      c.ask({ ...nonce(), ...less });
      expect(c.said()).toEqual([]);
      c.ask({ ...nonce(), ...more });
      expect(c.settle({ [typeUrl]: ['a', 'b'] })).toEqual([`${short} +b`]);
    });

    test('P15 a missing name is remembered, and sent once it is created', () => {
      const c = converse(variant, makeSnapshot({ [typeUrl]: {} }));
      c.subscribe(typeUrl, 'a');
      const [said] = c.settle({ [typeUrl]: ['a'] });
      expect(said).toBe(variant === 'delta' || typeUrl === ENDPOINTS ? `${short} -a` : short);
      c.set(makeSnapshot({ [typeUrl]: { other: '1' } }));
      expect(c.said()).toEqual([]);
      c.set(two);
      expect(c.settle({ [typeUrl]: ['a'] })).toEqual([`${short} +a`]);
    });
  });

  test('P14 incremental: a name that is subscribed to again is sent again, or reported as missing again', () => {
    const c = converse('delta', two);
    c.subscribe(typeUrl, 'a', 'none');
    expect(c.settle()).toEqual([`${short} +a -none`]);
    c.ask({ typeUrl, resourceNamesSubscribe: ['a', 'none'] });
    expect(c.settle()).toEqual([`${short} +a -none`]);
  });

  test('P16 incremental: unsubscribing is not answered, and allowed without a subscription', () => {
    const c = converse('delta', two);
    c.subscribe(typeUrl, 'a');
    c.settle();
    c.ask({ typeUrl, resourceNamesUnsubscribe: ['never', 'a'] });
    expect(c.said()).toEqual([]);
  });

  test('P17 incremental: a deletion is sent once, and the resource again when it is created again', () => {
    const c = converse('delta', two);
    c.subscribe(typeUrl, 'a', 'b');
    c.settle();
    c.set(makeSnapshot({ [typeUrl]: { b: '1' } }));
    expect(c.settle()).toEqual([`${short} -a`]);
    c.set(makeSnapshot({ [typeUrl]: { b: '2' } }));
    expect(c.settle()).toEqual([`${short} +b`]);
    c.set(two);
    expect(c.settle()).toEqual([`${short} +a +b`]);
  });
});
