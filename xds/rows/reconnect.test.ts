import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeSnapshot } from '../testing/resources.ts';
import { converse } from '../testing/stream.ts';
import { CLUSTER, ENDPOINTS, LISTENER, ROUTES, type TypeUrl } from '../types.ts';

// Rows P18 and P19 of docs/xds.md: a client that reconnects with resources of an earlier stream.

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const snapshot = makeSnapshot({
  [CLUSTER]: { a: '1', b: '2', c: '1' },
  [LISTENER]: { a: '1', b: '2', c: '1' },
  [ROUTES]: { a: '1', b: '2', c: '1' },
});
const version = (typeUrl: TypeUrl, name: string): string =>
  snapshot.get(typeUrl)?.resources.get(name)?.version ?? '';

describe.each([
  [CLUSTER, 'CDS'],
  [LISTENER, 'LDS'],
])('P18 %s', (typeUrl, short) => {
  const initialResourceVersions = { a: version(typeUrl, 'a'), b: 'older', gone: '1' };

  test.each([
    [['*']],
    [[]],
  ])('incremental, asking for %j: different resources are sent, missing ones removed', (names) => {
    const c = converse('delta', snapshot);
    c.ask({ typeUrl, resourceNamesSubscribe: names, initialResourceVersions });
    const before = c.settle();
    vi.advanceTimersByTime(1000);
    // The removal of clusters waits for the listeners and routes that may need them, for at most the time limit of a step.
    expect([...before, ...c.settle()].join(' ')).toMatch(
      typeUrl === CLUSTER ? /^CDS \+b \+c CDS -gone$/ : /^LDS \+b \+c -gone$/,
    );
  });

  test('incremental: a client with all resources is sent nothing', () => {
    const c = converse('delta', snapshot);
    const has = { a: version(typeUrl, 'a'), b: version(typeUrl, 'b'), c: version(typeUrl, 'c') };
    c.ask({ typeUrl, initialResourceVersions: has });
    vi.advanceTimersByTime(60_000);
    expect(c.said()).toEqual([]);
    expect(c.stream.settled(typeUrl)).toBe('acked');
    c.set(makeSnapshot({ [typeUrl]: { a: '2', b: '2', c: '1' } }));
    expect(c.settle()).toEqual([`${short} +a`]);
  });
});

test('P18 incremental: versions apply to the names that the client subscribes to again', () => {
  const c = converse('delta', snapshot);
  const initialResourceVersions = { a: version(ROUTES, 'a'), b: 'older', gone: '1' };
  c.ask({ typeUrl: ROUTES, resourceNamesSubscribe: ['a', 'b', 'gone'], initialResourceVersions });
  expect(c.settle()).toEqual(['RDS +b -gone']);
});

test('P18 incremental: versions of names that the client does not subscribe to again are ignored', () => {
  const c = converse('delta', snapshot);
  const initialResourceVersions = { a: version(ROUTES, 'a'), gone: '1' };
  c.ask({ typeUrl: ROUTES, resourceNamesSubscribe: ['a'], initialResourceVersions });
  c.set(makeSnapshot({ [ROUTES]: { a: '1' } }));
  expect(c.said()).toEqual([]);
});

test('P18 incremental: versions count only in the first request of a type, also after requests of other types', () => {
  const c = converse('delta', snapshot);
  c.subscribe(CLUSTER);
  c.settle();
  const initialResourceVersions = { a: version(ROUTES, 'a') };
  c.ask({ typeUrl: ROUTES, resourceNamesSubscribe: ['a'], initialResourceVersions });
  expect(c.said()).toEqual([]);
  c.ask({
    typeUrl: ROUTES,
    resourceNamesSubscribe: ['c'],
    initialResourceVersions: { c: version(ROUTES, 'c') },
  });
  expect(c.settle()).toEqual(['RDS +c']);
});

describe.each([
  [CLUSTER, 'CDS'],
  [LISTENER, 'LDS'],
])('P19 %s', (typeUrl, short) => {
  const versionInfo = (() => {
    const c = converse('sotw', snapshot);
    c.subscribe(typeUrl);
    return c.take()[0]?.version;
  })();

  test('state of the world: the wildcard at its last version is not sent again', () => {
    const c = converse('sotw', snapshot);
    c.ask({ typeUrl, versionInfo });
    expect(c.said()).toEqual([]);
    expect(c.stream.settled(typeUrl)).toBe('acked');
    c.set(makeSnapshot({ [typeUrl]: { a: '1', b: '2' } }));
    expect(c.settle()).toEqual([`${short} +a +b`]);
  });

  test.each([
    ['another version', { versionInfo: 'older' }],
    ['names beside the wildcard', { versionInfo, resourceNames: ['*', 'a'] }],
    ['names', { versionInfo, resourceNames: ['a', 'b', 'c'] }],
  ])('state of the world: %s is answered in full', (_what, request) => {
    const c = converse('sotw', snapshot);
    c.ask({ typeUrl, ...request });
    expect(c.said()).toEqual([`${short} +a +b +c`]);
  });

  test('state of the world: in mid-stream, a request with the last version is answered too', () => {
    const c = converse('sotw', snapshot);
    c.subscribe(typeUrl);
    c.settle();
    c.ask({ typeUrl, versionInfo });
    expect(c.said()).toEqual([`${short} +a +b +c`]);
  });

  test('state of the world: an explicit version does not prove which resources the client has', () => {
    const given = new Map([
      [typeUrl, { version: '1', resources: snapshot.get(typeUrl)?.resources ?? new Map() }],
    ]);
    const c = converse('sotw', given);
    c.ask({ typeUrl, versionInfo: '1' });
    expect(c.said()).toEqual([`${short} +a +b +c`]);
  });
});

test.each([
  [ENDPOINTS, 'EDS'],
  [ROUTES, 'RDS'],
])('P19 state of the world: %s is always answered; otherwise a warming resource hangs', (typeUrl, short) => {
  const c = converse('sotw', makeSnapshot({ [typeUrl]: { a: '1' } }));
  c.subscribe(typeUrl, 'a');
  const [response] = c.take();
  const back = converse('sotw', makeSnapshot({ [typeUrl]: { a: '1' } }));
  back.ask({ typeUrl, resourceNames: ['a'], versionInfo: response?.version });
  expect(back.settle({ [typeUrl]: ['a'] })).toEqual([`${short} +a`]);
});
