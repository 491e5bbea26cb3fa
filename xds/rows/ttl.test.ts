import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeResource } from '../testing/resources.ts';
import { converse, nackDetail, TTL_FEATURES } from '../testing/stream.ts';
import { CLUSTER, ROUTES, type Snapshot, type TypeUrl } from '../types.ts';

// Row P25 of docs/xds.md: how long a client may keep what it has once its server is gone.

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Resources `a`, with a time to live where one is given, and `b` without. */
const snapshot = (typeUrl: TypeUrl, ttlMs: number | undefined, content = '1'): Snapshot => {
  const a = makeResource(typeUrl, 'a', content);
  const resources = [ttlMs === undefined ? a : { ...a, ttlMs }, makeResource(typeUrl, 'b', '1')];
  return new Map([[typeUrl, { resources: new Map(resources.map((each) => [each.name, each])) }]]);
};

describe.each(['delta', 'sotw'] as const)('P25 %s', (variant) => {
  const names = { [ROUTES]: ['a', 'b'] };
  const named = variant === 'delta' ? 'resourceNamesSubscribe' : 'resourceNames';
  const connect = (served: Snapshot, clientFeatures: readonly string[] = TTL_FEATURES) => {
    const c = converse(variant, served);
    const [typeUrl = ''] = served.keys();
    c.ask({ node: { id: 'n', clientFeatures }, typeUrl, [named]: names[typeUrl] ?? [] });
    return c;
  };

  test('a resource that has a time to live brings it', () => {
    expect(connect(snapshot(ROUTES, 30_000)).settle(names)).toEqual(['RDS +a 30s +b']);
  });

  test.each([
    ['nothing of it', [], 'RDS +a +b'],
    ['it, but not wrapped', TTL_FEATURES.slice(0, 1), variant === 'delta' ? 'RDS +a 30s +b' : 'RDS +a +b'],
    ['what is wrapped, but not it', TTL_FEATURES.slice(1), 'RDS +a +b'],
  ])('a client that supports %s', (_what, features, said) => {
    const c = connect(snapshot(ROUTES, 30_000), features);
    expect(c.settle(names)).toEqual([said]);
    vi.advanceTimersByTime(60_000);
    expect(c.said().length > 0).toBe(said.includes('30s'));
  });

  test('heartbeats refresh it in time, for as long as the client has it', () => {
    const c = connect(snapshot(ROUTES, 30_000));
    const [first] = c.take();
    c.ask({
      typeUrl: ROUTES,
      responseNonce: first?.nonce,
      ...(variant === 'sotw' ? { resourceNames: ['a', 'b'] } : {}),
    });
    for (let time = 0; time < 60_000; time += 10_000) {
      vi.advanceTimersByTime(10_000);
      const beats = c.take();
      expect(beats).toMatchObject([{ names: ['a 30s only'], version: first?.version }]);
      const [beat] = beats;
      c.ask({
        typeUrl: ROUTES,
        responseNonce: beat?.nonce,
        ...(variant === 'sotw' ? { resourceNames: ['a', 'b'] } : {}),
      });
    }
    c.set(snapshot(ROUTES, undefined));
    expect(c.settle(names)).toEqual(['RDS +a']);
    vi.advanceTimersByTime(60_000);
    expect(c.said()).toEqual([]);
  });

  test('another time to live is sent with its resource, though that is the same', () => {
    const c = connect(snapshot(ROUTES, 30_000));
    c.settle(names);
    c.set(snapshot(ROUTES, 90_000));
    expect(c.settle(names)).toEqual(['RDS +a 90s']);
  });

  test('a NACKed resource is not refreshed: it does not have it', () => {
    const c = connect(snapshot(ROUTES, 30_000));
    const [response] = c.take();
    const asked = variant === 'sotw' ? { resourceNames: ['a', 'b'] } : {};
    c.ask({ typeUrl: ROUTES, responseNonce: response?.nonce, ...asked, errorDetail: nackDetail });
    vi.advanceTimersByTime(60_000);
    expect(c.said()).toEqual([]);
  });

  test('a list of clusters stays whole: Envoy deletes what such a list lacks, and a heartbeat does not count', () => {
    const c = connect(snapshot(CLUSTER, 30_000));
    expect(c.settle()).toEqual(['CDS +a 30s +b']);
    vi.advanceTimersByTime(10_000);
    expect(c.said()).toEqual([variant === 'delta' ? 'CDS +a 30s only' : 'CDS +a 30s +b']);
  });

  test('a stream that has ended beats no more', () => {
    const c = connect(snapshot(ROUTES, 30_000));
    c.settle(names);
    c.stream.close();
    vi.advanceTimersByTime(60_000);
    expect(c.said()).toEqual([]);
  });
});
