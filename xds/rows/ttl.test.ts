import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeResource } from '../testing/resources.ts';
import { converse, nackDetail, TTL_FEATURES } from '../testing/stream.ts';
import { CLUSTER, ROUTES, type Snapshot, type TypeUrl } from '../types.ts';

// Row P25 of docs/xds.md: how long a client may keep its resources after its server is gone.

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Returns a snapshot of the resources `a`, with `ttlMs` if given, and `b`, without a time to live. */
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

  test('a resource with a time to live is sent with it', () => {
    expect(connect(snapshot(ROUTES, 30_000)).settle(names)).toEqual(['RDS +a 30s +b']);
  });

  test.each([
    ['no time to live', [], 'RDS +a +b'],
    [
      'a time to live, but not wrapped resources',
      TTL_FEATURES.slice(0, 1),
      variant === 'delta' ? 'RDS +a 30s +b' : 'RDS +a +b',
    ],
    ['wrapped resources, but no time to live', TTL_FEATURES.slice(1), 'RDS +a +b'],
  ])('a client that supports %s', (_what, features, said) => {
    const c = connect(snapshot(ROUTES, 30_000), features);
    expect(c.settle(names)).toEqual([said]);
    vi.advanceTimersByTime(60_000);
    expect(c.said().length > 0).toBe(said.includes('30s'));
  });

  test('heartbeats refresh a resource in time, as long as the client has it', () => {
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

  test('a changed time to live is sent with its unchanged resource', () => {
    const c = connect(snapshot(ROUTES, 30_000));
    c.settle(names);
    c.set(snapshot(ROUTES, 90_000));
    expect(c.settle(names)).toEqual(['RDS +a 90s']);
  });

  test('a NACKed resource is not refreshed: the client does not have it', () => {
    const c = connect(snapshot(ROUTES, 30_000));
    const [response] = c.take();
    const asked = variant === 'sotw' ? { resourceNames: ['a', 'b'] } : {};
    c.ask({ typeUrl: ROUTES, responseNonce: response?.nonce, ...asked, errorDetail: nackDetail });
    vi.advanceTimersByTime(60_000);
    expect(c.said()).toEqual([]);
  });

  test('state of the world: a heartbeat of clusters is the whole list, because Envoy deletes clusters that the list lacks', () => {
    const c = connect(snapshot(CLUSTER, 30_000));
    expect(c.settle()).toEqual(['CDS +a 30s +b']);
    vi.advanceTimersByTime(10_000);
    expect(c.said()).toEqual([variant === 'delta' ? 'CDS +a 30s only' : 'CDS +a 30s +b']);
  });

  test('a stream that has ended sends no heartbeats', () => {
    const c = connect(snapshot(ROUTES, 30_000));
    c.settle(names);
    c.stream.close();
    vi.advanceTimersByTime(60_000);
    expect(c.said()).toEqual([]);
  });
});
