import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeSnapshot } from '../testing/resources.ts';
import { converse, nackDetail } from '../testing/stream.ts';
import { CLUSTER, ENDPOINTS, LISTENER, ROUTES } from '../types.ts';

// Rows P3 to P8, P23 and P24 of docs/xds.md: nonces, versions, and the effects of an ACK, a NACK and a stale nonce.

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const one = makeSnapshot({ [CLUSTER]: { a: '1' } });

describe.each(['delta', 'sotw'] as const)('%s', (variant) => {
  test('P3 every response has a nonce of its own, across types', () => {
    const c = converse(variant, makeSnapshot({ [CLUSTER]: { a: '1' }, [ROUTES]: { r: '1' } }));
    c.subscribe(CLUSTER);
    const [first] = c.take();
    c.ask({ typeUrl: CLUSTER, responseNonce: first?.nonce });
    c.subscribe(ROUTES, 'r');
    const [second] = c.take();
    expect(first?.nonce).not.toBe('');
    expect(second?.nonce).not.toBe(first?.nonce);
  });

  test('P3 a nonce of an earlier stream has no meaning: the request counts as the first', () => {
    const c = converse(variant, one);
    c.ask({ typeUrl: CLUSTER, responseNonce: 'of another stream', versionInfo: 'old' });
    expect(c.settle()).toEqual(['CDS +a']);
  });

  test('P4 a version belongs to the type, not to the stream', () => {
    const both = { [CLUSTER]: { a: '1' }, [ROUTES]: { r: '1' } };
    const versions = (types: typeof both): (string | undefined)[] => {
      const c = converse(variant, makeSnapshot(types));
      c.subscribe(CLUSTER);
      const [clusters] = c.take();
      c.ask({ typeUrl: CLUSTER, responseNonce: clusters?.nonce });
      c.subscribe(ROUTES, 'r');
      return [clusters?.version, c.take()[0]?.version];
    };
    const before = versions(both);
    const after = versions({ ...both, [ROUTES]: { r: '2' } });
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });

  test('P4 an explicit version is served unchanged', () => {
    const resources = one.get(CLUSTER)?.resources ?? new Map();
    const c = converse(variant, new Map([[CLUSTER, { version: '2026-11-21/7', resources }]]));
    c.subscribe(CLUSTER);
    expect(c.take()[0]?.version).toBe('2026-11-21/7');
  });

  test('P5 an ACK is not answered, nor is a repeated ACK', () => {
    const c = converse(variant, one);
    c.subscribe(CLUSTER);
    const [response] = c.take();
    const acknowledgement = {
      typeUrl: CLUSTER,
      responseNonce: response?.nonce,
      versionInfo: response?.version,
    };
    c.ask(acknowledgement);
    c.ask(acknowledgement);
    expect(c.said()).toEqual([]);
    expect(c.answers).toEqual([
      expect.objectContaining({ typeUrl: CLUSTER, version: response?.version, error: undefined }),
    ]);
  });

  test('P5 only its error makes a request a NACK, even with the version that was sent', () => {
    const c = converse(variant, one);
    c.subscribe(CLUSTER);
    const [response] = c.take();
    c.ask({
      typeUrl: CLUSTER,
      responseNonce: response?.nonce,
      versionInfo: response?.version,
      errorDetail: nackDetail,
    });
    expect(c.stream.settled(CLUSTER)).toBe('nacked');
    expect(c.answers).toMatchObject([{ error: 'no good' }]);
  });

  test('P5 an ACK without a version counts as an ACK', () => {
    const c = converse(variant, one);
    c.subscribe(CLUSTER);
    const [response] = c.take();
    c.ask({ typeUrl: CLUSTER, responseNonce: response?.nonce, versionInfo: '' });
    expect(c.stream.settled(CLUSTER)).toBe('acked');
  });

  test("P5 of a NACK's error, the first 16,384 characters are kept", () => {
    const c = converse(variant, one);
    c.subscribe(CLUSTER);
    const [response] = c.take();
    const errorDetail = { code: 3, message: 'x'.repeat(1_000_000) };
    c.ask({ typeUrl: CLUSTER, responseNonce: response?.nonce, errorDetail });
    expect(c.answers.map(({ error }) => error)).toEqual(['x'.repeat(16_384)]);
  });

  test('P6 NACKed content is not sent again, not even after a second NACK; other content is sent at once', () => {
    const c = converse(variant, one);
    c.subscribe(CLUSTER);
    const [response] = c.take();
    const nack = { typeUrl: CLUSTER, responseNonce: response?.nonce, errorDetail: nackDetail };
    c.ask(nack);
    c.ask(nack);
    c.set(makeSnapshot({ [CLUSTER]: { a: '1' } }));
    vi.advanceTimersByTime(60_000);
    expect(c.said()).toEqual([]);
    c.set(makeSnapshot({ [CLUSTER]: { a: '2' } }));
    expect(c.settle()).toEqual(['CDS +a']);
    expect(c.stream.settled(CLUSTER)).toBe('acked');
  });

  test('P6 a NACKed route stays NACKed until other content under its name is ACKed', () => {
    const c = converse(variant, makeSnapshot({ [ROUTES]: { r: 'bad', s: '1' } }));
    c.subscribe(ROUTES, 'r', 's');
    const names = { resourceNames: variant === 'sotw' ? ['r', 's'] : [] };
    const [response] = c.take();
    const nonce = { typeUrl: ROUTES, responseNonce: response?.nonce };
    c.ask(
      variant === 'sotw'
        ? { ...nonce, ...names, errorDetail: nackDetail }
        : { ...nonce, errorDetail: nackDetail },
    );
    c.set(makeSnapshot({ [ROUTES]: { r: 'bad', s: '2' } }));
    expect(c.settle({ [ROUTES]: ['r', 's'] })).toEqual(['RDS +s']);
    expect(c.stream.settled(ROUTES)).toBe('nacked');
    c.set(makeSnapshot({ [ROUTES]: { r: 'good', s: '2' } }));
    expect(c.settle({ [ROUTES]: ['r', 's'] })).toEqual(['RDS +r']);
    expect(c.stream.settled(ROUTES)).toBe('acked');
  });

  test('P6 a NACKed listener is no longer NACKed after the ACK of a list without listeners, and clusters are removed', () => {
    const c = converse(variant, makeSnapshot({ [CLUSTER]: { a: '1', b: '1' }, [LISTENER]: { l: 'bad' } }));
    c.subscribe(CLUSTER);
    c.settle();
    c.subscribe(LISTENER);
    const [response] = c.take();
    c.ask({ typeUrl: LISTENER, responseNonce: response?.nonce, errorDetail: nackDetail });
    expect(c.stream.settled(LISTENER)).toBe('nacked');
    c.set(makeSnapshot({ [CLUSTER]: { a: '1' }, [LISTENER]: {} }));
    expect(c.settle()).toEqual(variant === 'delta' ? ['LDS -l', 'CDS -b'] : ['LDS', 'CDS +a']);
    expect(c.stream.settled(LISTENER)).toBe('acked');
  });

  test('P23 a name that was unsubscribed from while a response was due is not sent', () => {
    const c = converse(variant, makeSnapshot({ [ROUTES]: { r: '1', s: '1' } }));
    c.subscribe(ROUTES, 'r', 's');
    const [response] = c.take();
    c.set(makeSnapshot({ [ROUTES]: { r: '2', s: '2' } }));
    const less = variant === 'sotw' ? { resourceNames: ['r'] } : { resourceNamesUnsubscribe: ['s'] };
    c.ask({ typeUrl: ROUTES, responseNonce: response?.nonce, ...less });
    expect(c.settle({ [ROUTES]: ['r'] })).toEqual(['RDS +r']);
  });

  test('P23 of several changes while a response is unanswered, only the last is sent', () => {
    const c = converse(variant, one);
    c.subscribe(CLUSTER);
    const [response] = c.take();
    for (const content of ['2', '3', '4']) c.set(makeSnapshot({ [CLUSTER]: { a: content } }));
    expect(c.said()).toEqual([]);
    c.ask({ typeUrl: CLUSTER, responseNonce: response?.nonce });
    expect(c.settle()).toEqual(['CDS +a']);
  });

  test('P23 a client that reads and never answers is sent newer content nevertheless, once per time limit', () => {
    const c = converse(variant, one);
    c.subscribe(CLUSTER);
    expect(c.said()).toEqual(['CDS +a']);
    c.set(makeSnapshot({ [CLUSTER]: { a: '2' } }));
    c.set(makeSnapshot({ [CLUSTER]: { a: '3' } }));
    expect(c.said()).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(c.said()).toEqual(['CDS +a']);
    vi.advanceTimersByTime(60_000);
    expect(c.said()).toEqual([]);
  });

  test('P23 the NACK of a superseded response is reported, and the answer to the newer response decides', () => {
    const c = converse(variant, one);
    c.subscribe(CLUSTER);
    const [old] = c.take();
    vi.advanceTimersByTime(1000);
    c.set(makeSnapshot({ [CLUSTER]: { a: '2' } }));
    const [newer] = c.take();
    c.ask({ typeUrl: CLUSTER, responseNonce: old?.nonce, errorDetail: nackDetail });
    expect(c.answers).toMatchObject([{ version: old?.version, error: 'no good' }]);
    c.ask({ typeUrl: CLUSTER, responseNonce: newer?.nonce });
    expect(c.stream.settled(CLUSTER)).toBe('acked');
  });

  test('P24 an equal snapshot is not sent, nor is a change of a resource without a subscription', () => {
    const c = converse(variant, makeSnapshot({ [ENDPOINTS]: { a: '1', b: '1' } }));
    c.subscribe(ENDPOINTS, 'a');
    c.settle({ [ENDPOINTS]: ['a'] });
    c.set(makeSnapshot({ [ENDPOINTS]: { a: '1', b: '1' } }));
    c.set(makeSnapshot({ [ENDPOINTS]: { a: '1', b: '2', c: '1' } }));
    expect(c.said()).toEqual([]);
  });
});

test('P7 state of the world: a request with a stale nonce is ignored, because a newer one follows', () => {
  const c = converse('sotw', makeSnapshot({ [ROUTES]: { a: '1', b: '1' } }));
  c.subscribe(ROUTES, 'a');
  const [first] = c.take();
  c.ask({ typeUrl: ROUTES, resourceNames: ['a'], responseNonce: first?.nonce });
  c.set(makeSnapshot({ [ROUTES]: { a: '2', b: '1' } }));
  const [second] = c.take();
  c.ask({ typeUrl: ROUTES, resourceNames: ['a', 'b'], responseNonce: first?.nonce });
  expect(c.said()).toEqual([]);
  c.ask({ typeUrl: ROUTES, resourceNames: ['a', 'b'], responseNonce: second?.nonce });
  expect(c.settle({ [ROUTES]: ['a', 'b'] })).toEqual(['RDS +b']);
});

test('P7 state of the world: a request with an empty nonce in mid-stream is a new subscription, not a stale request (envoy issue 3355)', () => {
  const c = converse('sotw', makeSnapshot({ [ENDPOINTS]: { a: '1', b: '1' } }));
  c.subscribe(ENDPOINTS, 'a');
  c.settle({ [ENDPOINTS]: ['a'] });
  c.ask({ typeUrl: ENDPOINTS, resourceNames: ['a', 'b'] });
  expect(c.settle({ [ENDPOINTS]: ['a', 'b'] })).toEqual(['EDS +a +b']);
});

test('P7 state of the world: a client that starts anew before it ACKed a response is answered at once', () => {
  const c = converse('sotw', one);
  c.subscribe(CLUSTER);
  expect(c.said()).toEqual(['CDS +a']);
  c.subscribe(CLUSTER);
  expect(c.settle()).toEqual(['CDS +a']);
});

test.each([
  ['with new content', { a: '1', b: '1' }],
  ['that was NACKed before', { a: '1', b: 'bad' }],
] as const)('P6 incremental: a removal in a NACKed response, of a route %s, leaves nothing NACKed once the rest is ACKed', (_, first) => {
  const clusters = { [CLUSTER]: { x: '1' } };
  const c = converse('delta', makeSnapshot({ [CLUSTER]: { x: '1', y: '1' }, [ROUTES]: first }));
  const refuse = (): void => {
    const [response] = c.take();
    c.ask({ typeUrl: ROUTES, responseNonce: response?.nonce, errorDetail: nackDetail });
  };
  c.subscribe(CLUSTER);
  c.settle();
  c.subscribe(ROUTES, 'a', 'b');
  if (first.b === 'bad') refuse();
  else c.settle();
  c.set(makeSnapshot({ ...clusters, [ROUTES]: { a: 'bad' } }));
  refuse();
  expect(c.stream.settled(ROUTES)).toBe('nacked');
  c.set(makeSnapshot({ ...clusters, [ROUTES]: { a: 'good' } }));
  expect(c.settle()).toEqual(['RDS +a', 'CDS -y']);
  expect(c.stream.settled(ROUTES)).toBe('acked');
});

test('P8 incremental: a request with a stale nonce still subscribes and unsubscribes', () => {
  const c = converse('delta', makeSnapshot({ [ROUTES]: { a: '1', b: '1' } }));
  c.subscribe(ROUTES, 'a');
  c.settle();
  const stale = { typeUrl: ROUTES, responseNonce: 'stale' };
  c.ask({ ...stale, resourceNamesSubscribe: ['b'] });
  expect(c.settle()).toEqual(['RDS +b']);
  c.ask({ ...stale, resourceNamesUnsubscribe: ['a'] });
  c.set(makeSnapshot({ [ROUTES]: { a: '2', b: '2' } }));
  expect(c.settle()).toEqual(['RDS +b']);
});
