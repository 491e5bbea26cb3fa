import { describe, expect, test } from 'vitest';
import { makeSnapshot } from '../testing/resources.ts';
import { converse } from '../testing/stream.ts';
import { CLUSTER, ENDPOINTS, EXTENSION_CONFIG, LISTENER, ROUTES, RUNTIME, SECRET } from '../types.ts';

// Rows P9, P10, P13 to P17 and P26 of docs/xds.md: what a client asks for, and what it is told of it.

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

  test.each(['delta', 'sotw'] as const)('P9 %s: all by name from the beginning', (variant) => {
    const c = converse(variant, ab);
    c.subscribe(typeUrl, '*');
    expect(c.settle({ [typeUrl]: ['*'] })).toEqual([`${short} +A +B`]);
  });

  test.each(['delta', 'sotw'] as const)('P9 %s: one name alone, and all again later', (variant) => {
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

  test('P9 incremental: unsubscribing from all ends the legacy wildcard for good', () => {
    const c = converse('delta', ab);
    c.subscribe(typeUrl);
    c.settle();
    c.ask({ typeUrl, resourceNamesUnsubscribe: ['*'] });
    c.ask({ typeUrl });
    c.set(changed);
    expect(c.said()).toEqual([]);
  });

  test('P9 incremental: a first request that only unsubscribes is no wildcard', () => {
    const c = converse('delta', ab);
    c.ask({ typeUrl, resourceNamesUnsubscribe: ['A'] });
    expect(c.said()).toEqual([]);
  });

  test('P9 incremental: what was sent for the wildcard is sent again when the wildcard comes back', () => {
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

  test('P10 incremental: one that the wildcard does not hold is told to be gone', () => {
    const c = converse('delta', ab);
    c.subscribe(typeUrl, '*', 'C');
    expect(c.settle()).toEqual([`${short} +A +B -C`]);
    c.ask({ typeUrl, resourceNamesUnsubscribe: ['C'] });
    expect(c.settle()).toEqual([`${short} -C`]);
  });

  test('P14 incremental: all that is subscribed to again is sent again', () => {
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
    test('P26 is had by name, never all of it', () => {
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

    test('P13 a name that is asked for is sent, though nothing changed', () => {
      const c = converse(variant, two);
      c.subscribe(typeUrl, 'a');
      const [first] = c.take();
      const more = variant === 'sotw' ? { resourceNames: ['a', 'b'] } : { resourceNamesSubscribe: ['b'] };
      c.ask({ typeUrl, responseNonce: first?.nonce, ...more });
      expect(c.settle({ [typeUrl]: ['a', 'b'] })).toEqual([`${short} +b`]);
    });

    test('P13 a name that comes back is sent again', () => {
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

    test('P15 a name that does not exist is remembered, and sent once it is made', () => {
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

  test('P14 incremental: a name that is subscribed to again is sent again, or again told not to exist', () => {
    const c = converse('delta', two);
    c.subscribe(typeUrl, 'a', 'none');
    expect(c.settle()).toEqual([`${short} +a -none`]);
    c.ask({ typeUrl, resourceNamesSubscribe: ['a', 'none'] });
    expect(c.settle()).toEqual([`${short} +a -none`]);
  });

  test('P16 incremental: what was never subscribed to can be unsubscribed from; unsubscribing is not answered', () => {
    const c = converse('delta', two);
    c.subscribe(typeUrl, 'a');
    c.settle();
    c.ask({ typeUrl, resourceNamesUnsubscribe: ['never', 'a'] });
    expect(c.said()).toEqual([]);
  });

  test('P17 incremental: a deletion is told, once, and undone when it is made again', () => {
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
