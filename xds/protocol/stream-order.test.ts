import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeSnapshot } from '../testing/resources.ts';
import { converse, nackDetail } from '../testing/stream.ts';
import { CLUSTER, ENDPOINTS, EXTENSION_CONFIG, LISTENER, ROUTES } from '../types.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('order', () => {
  const before = {
    [CLUSTER]: { old: '1' },
    [ENDPOINTS]: {},
    [LISTENER]: { l: '1' },
    [ROUTES]: { r: 'to old' },
  };
  const after = {
    [CLUSTER]: { new: '1' },
    [ENDPOINTS]: {},
    [LISTENER]: { l: '1' },
    [ROUTES]: { r: 'to new' },
  };
  const connected = () => {
    const c = converse('delta', makeSnapshot(before));
    c.ask({ typeUrl: CLUSTER, resourceNamesSubscribe: ['*'] });
    c.settle();
    c.ask({ typeUrl: LISTENER, resourceNamesSubscribe: ['*'] });
    c.settle();
    c.ask({ typeUrl: ROUTES, resourceNamesSubscribe: ['r'] });
    c.settle();
    return c;
  };

  test('a cluster is sent before the route to it, and removed after the last route to it', () => {
    const c = connected();
    c.set(makeSnapshot(after));
    expect(c.settle()).toEqual(['CDS +new', 'RDS +r', 'CDS -old']);
  });

  test('in state of the world, the old cluster stays in the list until the route has changed', () => {
    const c = converse('sotw', makeSnapshot(before));
    c.ask({ typeUrl: CLUSTER });
    c.settle();
    c.ask({ typeUrl: LISTENER });
    c.settle();
    c.ask({ typeUrl: ROUTES, resourceNames: ['r'] });
    c.settle({ [ROUTES]: ['r'] });
    c.set(makeSnapshot(after));
    expect(c.settle({ [ROUTES]: ['r'] })).toEqual(['CDS +new +old', 'RDS +r', 'CDS +new']);
  });

  test('after a NACKed route, the cluster that the route in force may need is not removed', () => {
    const c = connected();
    c.set(makeSnapshot(after));
    const [clusters] = c.take();
    c.ask({ typeUrl: CLUSTER, responseNonce: clusters?.nonce });
    const [routes] = c.take();
    c.ask({ typeUrl: ROUTES, responseNonce: routes?.nonce, errorDetail: nackDetail });
    expect(c.said()).toEqual([]);
  });

  test('a client that does not answer delays the next step by the time limit only; removals go on waiting', () => {
    const c = connected();
    c.set(makeSnapshot(after));
    expect(c.said()).toEqual(['CDS +new']);
    vi.advanceTimersByTime(999);
    expect(c.said()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(c.said()).toEqual(['RDS +r']);
    vi.advanceTimersByTime(60_000);
    expect(c.said()).toEqual([]);
  });

  test('a type has at most one unanswered response; the newest content follows', () => {
    const c = converse('delta', makeSnapshot({ [CLUSTER]: { a: '1' } }));
    c.ask({ typeUrl: CLUSTER, resourceNamesSubscribe: ['*'] });
    const [first] = c.take();
    for (const version of ['2', '3', '4']) c.set(makeSnapshot({ [CLUSTER]: { a: version } }));
    expect(c.said()).toEqual([]);
    c.ask({ typeUrl: CLUSTER, responseNonce: first?.nonce });
    expect(c.settle()).toEqual(['CDS +a']);
  });

  test('an updated cluster resends its unchanged endpoints, an updated listener its routes (envoy issue 13009)', () => {
    const start = {
      [CLUSTER]: { a: '1' },
      [ENDPOINTS]: { a: '1' },
      [LISTENER]: { l: '1' },
      [ROUTES]: { r: '1' },
    };
    const c = converse('delta', makeSnapshot(start));
    c.ask({ typeUrl: CLUSTER, resourceNamesSubscribe: ['*'] });
    c.ask({ typeUrl: ENDPOINTS, resourceNamesSubscribe: ['a'] });
    c.ask({ typeUrl: LISTENER, resourceNamesSubscribe: ['*'] });
    c.ask({ typeUrl: ROUTES, resourceNamesSubscribe: ['r'] });
    c.settle();
    c.set(makeSnapshot({ ...start, [CLUSTER]: { a: '2' }, [LISTENER]: { l: '2' } }));
    expect(c.settle()).toEqual(['CDS +a', 'EDS +a', 'LDS +l', 'RDS +r']);
  });

  test('endpoints do not wait for the ACK of their clusters, which a client sends once these are warm; other types do', () => {
    const start = { [CLUSTER]: {}, [ENDPOINTS]: {}, [LISTENER]: { l: '1' }, [ROUTES]: {} };
    const c = converse('delta', makeSnapshot(start));
    c.ask({ typeUrl: CLUSTER, resourceNamesSubscribe: ['*'] });
    c.ask({ typeUrl: LISTENER, resourceNamesSubscribe: ['*'] });
    c.settle();
    c.set(makeSnapshot({ ...start, [CLUSTER]: { a: '1' }, [ENDPOINTS]: { a: '1' }, [LISTENER]: { l: '2' } }));
    const [clusters] = c.take();
    c.ask({ typeUrl: ENDPOINTS, resourceNamesSubscribe: ['a'] });
    const [endpoints] = c.take();
    expect(endpoints?.typeUrl).toBe(ENDPOINTS);
    c.ask({ typeUrl: ENDPOINTS, responseNonce: endpoints?.nonce });
    expect(c.said()).toEqual([]);
    c.ask({ typeUrl: CLUSTER, responseNonce: clusters?.nonce });
    expect(c.said()).toEqual(['LDS +l']);
  });

  test('a client that reconnects keeps a cluster until its old route to that cluster has changed', () => {
    const filters = { [EXTENSION_CONFIG]: { e: '1' } };
    const version = (typeUrl: string, name: string) =>
      makeSnapshot({ ...before, ...filters })
        .get(typeUrl)
        ?.resources.get(name)?.version ?? '';
    const comeBack = (typeUrl: string, name: string) => ({
      typeUrl,
      resourceNamesSubscribe: [typeUrl === CLUSTER || typeUrl === LISTENER ? '*' : name],
      initialResourceVersions: { [name]: version(typeUrl, name) },
    });
    const c = converse('delta', makeSnapshot({ ...after, ...filters }));
    c.ask(comeBack(CLUSTER, 'old'));
    expect(c.settle()).toEqual(['CDS +new']);
    c.ask(comeBack(LISTENER, 'l'));
    c.ask(comeBack(ROUTES, 'r'));
    expect(c.settle()).toEqual(['RDS +r']);
    c.ask(comeBack(EXTENSION_CONFIG, 'e'));
    expect(c.settle()).toEqual(['CDS -old']);
  });

  test('a client that reconnects and subscribes to clusters only gets removals after the time limit', () => {
    const c = converse('delta', makeSnapshot({ [CLUSTER]: {} }));
    c.ask({ typeUrl: CLUSTER, resourceNamesSubscribe: ['*'], initialResourceVersions: { old: '1' } });
    expect(c.said()).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(c.said()).toEqual(['CDS -old']);
  });
});
