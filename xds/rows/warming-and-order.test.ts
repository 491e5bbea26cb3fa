import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeSnapshot } from '../testing/resources.ts';
import { converse, nackDetail } from '../testing/stream.ts';
import { CLUSTER, ENDPOINTS, EXTENSION_CONFIG, LISTENER, ROUTES, SECRET } from '../types.ts';

// Rows P20 and P21 of docs/xds.md, in both variants.

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const before = {
  [CLUSTER]: { old: '1' },
  [ENDPOINTS]: { old: '1' },
  [LISTENER]: { l: '1' },
  [ROUTES]: { r: 'to old' },
};
const after = {
  [CLUSTER]: { new: '1' },
  [ENDPOINTS]: { new: '1' },
  [LISTENER]: { l: '2' },
  [ROUTES]: { r: 'to new' },
};

describe.each(['delta', 'sotw'] as const)('%s', (variant) => {
  const names: Record<string, string[]> = { [ENDPOINTS]: ['old'], [ROUTES]: ['r'] };
  const connected = () => {
    const c = converse(variant, makeSnapshot(before));
    for (const typeUrl of [CLUSTER, ENDPOINTS, LISTENER, ROUTES]) {
      c.subscribe(typeUrl, ...(names[typeUrl] ?? []));
      c.settle(names);
    }
    return c;
  };
  type Conversation = ReturnType<typeof connected>;
  const answer = (c: Conversation, error = {}) => {
    for (const { typeUrl, nonce } of c.take()) {
      const asked = variant === 'sotw' ? { resourceNames: names[typeUrl] ?? [] } : {};
      c.ask({ typeUrl, responseNonce: nonce, ...asked, ...error });
    }
  };

  test('P20 an updated cluster resends its unchanged endpoints (envoy issues 13009, 33607, 46383)', () => {
    const c = connected();
    c.set(makeSnapshot({ ...before, [CLUSTER]: { old: '2' } }));
    expect(c.settle(names)).toEqual(['CDS +old', 'EDS +old']);
  });

  test('P20 an updated listener resends its unchanged routes', () => {
    const c = connected();
    c.set(makeSnapshot({ ...before, [LISTENER]: { l: '2' } }));
    expect(c.settle(names)).toEqual(['LDS +l', 'RDS +r']);
  });

  test('P21 clusters, endpoints, listeners, routes, each after the ACK of the one before; then removals', () => {
    const c = connected();
    c.set(makeSnapshot(after));
    const order = c.settle(names);
    const common = ['LDS +l', 'RDS +r'];
    expect(order).toEqual(
      variant === 'delta'
        ? ['CDS +new', ...common, 'CDS -old', 'EDS -old']
        : ['CDS +new +old', ...common, 'CDS +new'],
    );
  });

  describe('P21 extension configurations', () => {
    const filters = { ...before, [EXTENSION_CONFIG]: { e: 'to old' } };
    const asked: Record<string, string[]> = { ...names, [EXTENSION_CONFIG]: ['e'] };
    const withFilter = () => {
      const c = converse(variant, makeSnapshot(filters));
      for (const typeUrl of [CLUSTER, ENDPOINTS, LISTENER, EXTENSION_CONFIG, ROUTES]) {
        c.subscribe(typeUrl, ...(asked[typeUrl] ?? []));
        c.settle(asked);
      }
      return c;
    };

    test('P21 are sent after the clusters that they name and before the listeners that name them', () => {
      const c = withFilter();
      c.set(makeSnapshot({ ...after, [EXTENSION_CONFIG]: { e: 'to new' } }));
      const common = ['ECDS +e', 'LDS +l', 'RDS +r'];
      expect(c.settle(asked)).toEqual(
        variant === 'delta'
          ? ['CDS +new', ...common, 'CDS -old', 'EDS -old']
          : ['CDS +new +old', ...common, 'CDS +new'],
      );
    });

    test('P21 are not removed before the listeners without them are ACKed: new connections would be closed', () => {
      const c = withFilter();
      c.set(makeSnapshot({ ...filters, [EXTENSION_CONFIG]: {}, [LISTENER]: { l: 'without' } }));
      expect(c.said()).toEqual(['LDS +l']);
      vi.advanceTimersByTime(60_000);
      expect(c.said()).toEqual(['RDS +r']);
      const subscribed = variant === 'sotw' ? { resourceNames: ['r'] } : {};
      for (const typeUrl of [LISTENER, ROUTES]) {
        const responseNonce = c.stream.types.get(typeUrl)?.lastNonce;
        c.ask({ typeUrl, responseNonce, ...(typeUrl === ROUTES ? subscribed : {}) });
      }
      // In state of the world, the client unsubscribes by itself.
      expect(c.settle(asked)).toEqual(variant === 'delta' ? ['ECDS -e'] : []);
    });

    test('P21 that the client NACKed delay the removal of the cluster that the one in force may need', () => {
      const c = withFilter();
      c.set(makeSnapshot({ ...filters, [CLUSTER]: { new: '1' }, [EXTENSION_CONFIG]: { e: 'bad' } }));
      answer(c);
      const [response] = c.take();
      const again = variant === 'sotw' ? { resourceNames: ['e'] } : {};
      c.ask({
        typeUrl: EXTENSION_CONFIG,
        responseNonce: response?.nonce,
        ...again,
        errorDetail: nackDetail,
      });
      vi.advanceTimersByTime(60_000);
      expect(c.said()).toEqual([]);
      c.set(makeSnapshot({ ...filters, [CLUSTER]: { new: '1' }, [EXTENSION_CONFIG]: { e: 'good' } }));
      expect(c.settle(asked)).toEqual(
        variant === 'delta' ? ['ECDS +e', 'CDS -old'] : ['ECDS +e', 'CDS +new', 'EDS +old'],
      );
    });

    test('P20 are not resent with a changed listener: the client has them', () => {
      const c = withFilter();
      c.set(makeSnapshot({ ...filters, [LISTENER]: { l: '2' } }));
      expect(c.settle(asked)).toEqual(['LDS +l', 'RDS +r']);
    });
  });

  test('P21 no step overtakes an unanswered one, and none waits longer than its time limit', () => {
    const c = connected();
    c.set(makeSnapshot(after));
    expect(c.said()).toEqual([variant === 'delta' ? 'CDS +new' : 'CDS +new +old']);
    vi.advanceTimersByTime(999);
    expect(c.said()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(c.said()).toEqual(['LDS +l']);
    vi.advanceTimersByTime(1000);
    expect(c.said()).toEqual(['RDS +r']);
    vi.advanceTimersByTime(60_000);
    expect(c.said()).toEqual([]);
  });

  test('P21 a NACKed step does not delay the next; resources that the client may still need stay', () => {
    const c = connected();
    c.set(makeSnapshot(after));
    answer(c);
    answer(c);
    answer(c, { errorDetail: nackDetail });
    expect(c.stream.settled(ROUTES)).toBe('nacked');
    vi.advanceTimersByTime(60_000);
    expect(c.said()).toEqual([]);
    c.set(makeSnapshot({ ...after, [ROUTES]: { r: 'to new, well said' } }));
    expect(c.settle(names)).toEqual(
      variant === 'delta' ? ['RDS +r', 'CDS -old', 'EDS -old'] : ['RDS +r', 'CDS +new'],
    );
  });

  test('P21 a cluster that a NACKed route may need stays although another route was ACKed later', () => {
    const two = { ...names, [ROUTES]: ['r', 's'] };
    const c = converse(variant, makeSnapshot({ ...before, [ROUTES]: { r: 'to old', s: '1' } }));
    c.subscribe(CLUSTER);
    c.settle(two);
    c.subscribe(ROUTES, 'r', 's');
    c.settle(two);
    c.set(makeSnapshot({ ...after, [ROUTES]: { r: 'bad', s: '1' } }));
    answer(c);
    const [response] = c.take();
    const asked = variant === 'sotw' ? { resourceNames: ['r', 's'] } : {};
    c.ask({ typeUrl: ROUTES, responseNonce: response?.nonce, ...asked, errorDetail: nackDetail });
    c.set(makeSnapshot({ ...after, [ROUTES]: { r: 'bad', s: '2' } }));
    expect(c.settle(two)).toEqual(['RDS +s']);
  });

  test('P21 other types than the five wait for none of them', () => {
    const c = converse(variant, makeSnapshot({ ...before, [SECRET]: { s: '1' } }));
    c.subscribe(CLUSTER);
    expect(c.said()).toEqual(['CDS +old']);
    c.subscribe(SECRET, 's');
    expect(c.said()).toEqual(['SDS +s']);
  });
});
