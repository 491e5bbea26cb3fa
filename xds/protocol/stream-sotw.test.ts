import { describe, expect, test } from 'vitest';
import { makeResource, makeSnapshot } from '../testing/resources.ts';
import { converse, nackDetail } from '../testing/stream.ts';
import { CLUSTER, ENDPOINTS, LISTENER, ROUTES } from '../types.ts';

describe('state of the world', () => {
  test('a wildcard type is answered with the full list; an ACK is not answered', () => {
    const c = converse('sotw', makeSnapshot({ [LISTENER]: { a: '1', b: '1' } }));
    c.ask({ typeUrl: LISTENER });
    expect(c.settle()).toEqual(['LDS +a +b']);
    c.set(makeSnapshot({ [LISTENER]: { a: '1', b: '2' } }));
    expect(c.settle()).toEqual(['LDS +a +b']);
    c.set(makeSnapshot({ [LISTENER]: { b: '2' } }));
    expect(c.settle()).toEqual(['LDS +b']);
  });

  test('other types are answered with resources that changed or were asked for', () => {
    const c = converse('sotw', makeSnapshot({ [ROUTES]: { a: '1', b: '1', c: '1' } }));
    c.ask({ typeUrl: ROUTES, resourceNames: ['a', 'b'] });
    expect(c.settle({ [ROUTES]: ['a', 'b'] })).toEqual(['RDS +a +b']);
    c.set(makeSnapshot({ [ROUTES]: { a: '2', b: '1', c: '2' } }));
    expect(c.settle({ [ROUTES]: ['a', 'b'] })).toEqual(['RDS +a']);
  });

  test('a newly named resource is sent although its content did not change', () => {
    const c = converse('sotw', makeSnapshot({ [ROUTES]: { a: '1', b: '1' } }));
    c.ask({ typeUrl: ROUTES, resourceNames: ['a'] });
    const [first] = c.take();
    c.ask({ typeUrl: ROUTES, resourceNames: ['a', 'b'], responseNonce: first?.nonce });
    expect(c.settle({ [ROUTES]: ['a', 'b'] })).toEqual(['RDS +b']);
  });

  test('names that are asked for again without an ACK are sent again: otherwise a warming resource hangs', () => {
    const c = converse('sotw', makeSnapshot({ [ENDPOINTS]: { a: '1' } }));
    c.ask({ typeUrl: ENDPOINTS, resourceNames: ['a'] });
    const [first] = c.take();
    c.ask({ typeUrl: ENDPOINTS, resourceNames: ['a'], responseNonce: first?.nonce });
    expect(c.said()).toEqual([]);
    c.ask({ typeUrl: ENDPOINTS, resourceNames: ['a'], responseNonce: first?.nonce });
    expect(c.said()).toEqual(['EDS +a']);
  });

  test('missing endpoints are sent as an empty assignment, and again when they are created', () => {
    const c = converse('sotw', makeSnapshot({ [ENDPOINTS]: {} }));
    c.ask({ typeUrl: ENDPOINTS, resourceNames: ['a'] });
    expect(c.settle({ [ENDPOINTS]: ['a'] })).toEqual(['EDS -a']);
    c.set(makeSnapshot({ [ENDPOINTS]: { a: '1' } }));
    expect(c.settle({ [ENDPOINTS]: ['a'] })).toEqual(['EDS +a']);
  });

  test('an empty list of names, after some were given, is no wildcard', () => {
    const c = converse('sotw', makeSnapshot({ [CLUSTER]: { a: '1', b: '1' } }));
    c.ask({ typeUrl: CLUSTER, resourceNames: ['a'] });
    expect(c.settle({ [CLUSTER]: ['a'] })).toEqual(['CDS +a']);
    c.ask({ typeUrl: CLUSTER, resourceNames: [], responseNonce: '1' });
    c.set(makeSnapshot({ [CLUSTER]: { a: '2', b: '2' } }));
    expect(c.said()).toEqual([]);
  });

  test('a request with an older nonce is ignored', () => {
    const c = converse('sotw', makeSnapshot({ [ROUTES]: { a: '1', b: '1' } }));
    c.ask({ typeUrl: ROUTES, resourceNames: ['a'] });
    const [first] = c.take();
    c.ask({ typeUrl: ROUTES, resourceNames: ['a'], responseNonce: first?.nonce });
    c.set(makeSnapshot({ [ROUTES]: { a: '2', b: '1' } }));
    c.take();
    c.ask({ typeUrl: ROUTES, resourceNames: ['a', 'b'], responseNonce: first?.nonce });
    expect(c.said()).toEqual([]);
  });

  test('only its error makes a request a NACK; NACKed content is not sent again', () => {
    const c = converse('sotw', makeSnapshot({ [CLUSTER]: { a: '1' } }));
    c.ask({ typeUrl: CLUSTER });
    const [response] = c.take();
    c.ask({ typeUrl: CLUSTER, responseNonce: response?.nonce, versionInfo: '', errorDetail: nackDetail });
    expect(c.said()).toEqual([]);
    expect(c.stream.settled(CLUSTER)).toBe('nacked');
  });
});

test('the version that a stream sees is the same from every server and after every restart', () => {
  const resources = { [CLUSTER]: { a: '1', b: '1' } };
  const versions = [makeSnapshot(resources), makeSnapshot(resources)].map((snapshot) => {
    const c = converse('delta', snapshot);
    c.ask({ typeUrl: CLUSTER, resourceNamesSubscribe: ['*'] });
    return c.take()[0]?.version;
  });
  expect(versions[0]).toBe(versions[1]);
  expect(versions[0]).toMatch(/^[0-9a-f]{16}$/);
});

test('a request without a type is refused', () => {
  expect(() => converse('delta').ask({})).toThrow('type_url is empty');
});

test('the resource helper gives different contents different versions', () => {
  expect(makeResource(CLUSTER, 'a', '1').version).not.toBe(makeResource(CLUSTER, 'a', '2').version);
});
