import { describe, expect, test } from 'vitest';
import { makeSnapshot } from '../testing/resources.ts';
import { converse, nackDetail } from '../testing/stream.ts';
import { CLUSTER, LISTENER, ROUTES } from '../types.ts';

describe('delta', () => {
  test('a first wildcard request is answered with all resources, and an ACK is not answered', () => {
    const c = converse('delta', makeSnapshot({ [CLUSTER]: { a: '1', b: '1' } }));
    c.ask({ typeUrl: CLUSTER, resourceNamesSubscribe: ['*'] });
    expect(c.settle()).toEqual(['CDS +a +b']);
    expect(c.answers).toMatchObject([{ typeUrl: CLUSTER, error: undefined }]);
    expect(c.stream.settled(CLUSTER)).toBe('acked');
  });

  test('an empty first answer is sent, because Envoy waits for it; an unknown type is not answered', () => {
    const c = converse('delta', makeSnapshot({ [CLUSTER]: {} }));
    c.ask({ typeUrl: CLUSTER });
    c.ask({ typeUrl: LISTENER });
    expect(c.said()).toEqual(['CDS']);
  });

  test('a new snapshot sends changed and removed resources only, an equal one sends nothing', () => {
    const c = converse('delta', makeSnapshot({ [LISTENER]: { a: '1', b: '1', c: '1' } }));
    c.ask({ typeUrl: LISTENER, resourceNamesSubscribe: ['*'] });
    c.settle();
    c.set(makeSnapshot({ [LISTENER]: { a: '2', b: '1' } }));
    expect(c.settle()).toEqual(['LDS +a -c']);
    c.set(makeSnapshot({ [LISTENER]: { a: '2', b: '1' } }));
    expect(c.said()).toEqual([]);
  });

  test('a missing name is reported at once, and sent when it is created', () => {
    const c = converse('delta', makeSnapshot({ [ROUTES]: {} }));
    c.ask({ typeUrl: ROUTES, resourceNamesSubscribe: ['r'] });
    expect(c.settle()).toEqual(['RDS -r']);
    c.set(makeSnapshot({ [ROUTES]: { r: '1' } }));
    expect(c.settle()).toEqual(['RDS +r']);
  });

  test('NACKed content is not sent again; other content is sent at once', () => {
    const c = converse('delta', makeSnapshot({ [CLUSTER]: { a: '1' } }));
    c.ask({ typeUrl: CLUSTER, resourceNamesSubscribe: ['*'] });
    const [response] = c.take();
    c.ask({ typeUrl: CLUSTER, responseNonce: response?.nonce, errorDetail: nackDetail });
    expect(c.said()).toEqual([]);
    expect(c.stream.settled(CLUSTER)).toBe('nacked');
    expect(c.answers).toMatchObject([{ error: 'no good' }]);
    c.set(makeSnapshot({ [CLUSTER]: { a: '2' } }));
    expect(c.settle()).toEqual(['CDS +a']);
    expect(c.stream.settled(CLUSTER)).toBe('acked');
  });

  test('a stale nonce does not lose a subscription', () => {
    const c = converse('delta', makeSnapshot({ [ROUTES]: { a: '1', b: '1' } }));
    c.ask({ typeUrl: ROUTES, resourceNamesSubscribe: ['a'] });
    c.settle();
    c.ask({ typeUrl: ROUTES, responseNonce: 'long ago', resourceNamesSubscribe: ['b'] });
    expect(c.settle()).toEqual(['RDS +b']);
  });

  test('a name that is subscribed to again is sent again; one that is unsubscribed from is not', () => {
    const c = converse('delta', makeSnapshot({ [ROUTES]: { a: '1', b: '1' } }));
    c.ask({ typeUrl: ROUTES, resourceNamesSubscribe: ['a', 'b'] });
    c.settle();
    c.ask({ typeUrl: ROUTES, resourceNamesSubscribe: ['a'] });
    expect(c.settle()).toEqual(['RDS +a']);
    c.ask({ typeUrl: ROUTES, resourceNamesUnsubscribe: ['a', 'never'] });
    c.set(makeSnapshot({ [ROUTES]: { a: '2', b: '2' } }));
    expect(c.settle()).toEqual(['RDS +b']);
  });

  test('a name unsubscribed from under a wildcard is sent once more', () => {
    const c = converse('delta', makeSnapshot({ [CLUSTER]: { a: '1', b: '1' } }));
    c.ask({ typeUrl: CLUSTER, resourceNamesSubscribe: ['*', 'a'] });
    c.settle();
    c.ask({ typeUrl: CLUSTER, resourceNamesUnsubscribe: ['a'] });
    expect(c.settle()).toEqual(['CDS +a']);
  });

  test('a client that reconnects is sent only the difference', () => {
    const snapshot = makeSnapshot({ [CLUSTER]: { a: '1', b: '2', c: '1' } });
    const version = (name: string): string => snapshot.get(CLUSTER)?.resources.get(name)?.version ?? '';
    const c = converse('delta', snapshot);
    const initialResourceVersions = { a: version('a'), b: 'an older one', d: 'gone meanwhile' };
    c.ask({ typeUrl: CLUSTER, resourceNamesSubscribe: ['*'], initialResourceVersions });
    expect(c.settle()).toEqual(['CDS +b +c']);
  });

  test('a client that reconnects with all resources is sent nothing', () => {
    const snapshot = makeSnapshot({ [LISTENER]: { a: '1' } });
    const c = converse('delta', snapshot);
    const initialResourceVersions = { a: snapshot.get(LISTENER)?.resources.get('a')?.version ?? '' };
    c.ask({ typeUrl: LISTENER, resourceNamesSubscribe: ['*'], initialResourceVersions });
    expect(c.said()).toEqual([]);
  });
});
