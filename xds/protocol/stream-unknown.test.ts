import { describe, expect, test } from 'vitest';
import { makeResource, makeSnapshot } from '../testing/resources.ts';
import { converse } from '../testing/stream.ts';
import { CLUSTER, ENDPOINTS, LISTENER, ROUTES, type Snapshot } from '../types.ts';

const known = makeSnapshot({ [CLUSTER]: { a: '1' }, [ENDPOINTS]: { a: '1' }, [LISTENER]: {}, [ROUTES]: {} });
const gone = makeSnapshot({ [CLUSTER]: { a: '1' }, [ENDPOINTS]: {}, [LISTENER]: {}, [ROUTES]: {} });
const unknown = withUnknown(gone);
const changed = withUnknown(
  makeSnapshot({ [CLUSTER]: { a: '2' }, [ENDPOINTS]: {}, [LISTENER]: {}, [ROUTES]: {} }),
);

function withUnknown(snapshot: Snapshot): Snapshot {
  const meanwhile = makeResource(ENDPOINTS, 'a', 'nothing');
  return new Map([
    ...snapshot,
    [ENDPOINTS, { resources: new Map(), unknown: new Map([['a', meanwhile]]) }] as const,
  ]);
}

describe.each(['delta', 'sotw'] as const)('%s: an unknown resource', (variant) => {
  const named = variant === 'delta' ? 'resourceNamesSubscribe' : 'resourceNames';

  test('a client without it gets the interim resource, then the resource', () => {
    const c = converse(variant, unknown);
    c.ask({ typeUrl: ENDPOINTS, [named]: ['a'] });
    expect(c.settle({ [ENDPOINTS]: ['a'] })).toEqual(['EDS +a']);
    expect(c.stream.settled(ENDPOINTS)).toBe('acked');
    c.set(known);
    expect(c.settle({ [ENDPOINTS]: ['a'] })).toEqual(['EDS +a']);
  });

  test('a client that was sent it keeps it, and is sent it again when the cluster changes', () => {
    const c = converse(variant, known);
    c.ask({ typeUrl: CLUSTER });
    c.ask({ typeUrl: ENDPOINTS, [named]: ['a'] });
    c.settle({ [ENDPOINTS]: ['a'] });
    const version = c.stream.types.get(ENDPOINTS)?.known.get('a')?.version;
    c.set(unknown);
    expect(c.settle({ [ENDPOINTS]: ['a'] })).toEqual([]);
    c.set(changed);
    expect(c.settle({ [ENDPOINTS]: ['a'] })).toEqual(['CDS +a', 'EDS +a']);
    expect(c.stream.types.get(ENDPOINTS)?.known.get('a')?.version).toBe(version);
  });

  test('a client that has it from an earlier stream keeps it until it is known', () => {
    const c = converse(variant, unknown);
    const had = variant === 'delta' ? { initialResourceVersions: { a: 'v' } } : { versionInfo: 'v' };
    c.ask({ typeUrl: ENDPOINTS, [named]: ['a'], ...had });
    c.ask({ typeUrl: CLUSTER });
    c.ask({ typeUrl: LISTENER });
    c.ask({ typeUrl: ROUTES });
    const said = c.settle({ [ENDPOINTS]: ['a'] });
    expect(said.filter((each) => /^EDS ./.test(each))).toEqual([]);
    c.set(known);
    expect(c.settle({ [ENDPOINTS]: ['a'] })).toEqual(['EDS +a']);
  });
});

test('a resource that is known not to exist is removed from a client that has it', () => {
  const c = converse('delta', gone);
  c.ask({ typeUrl: ENDPOINTS, resourceNamesSubscribe: ['a'], initialResourceVersions: { a: 'v' } });
  for (const typeUrl of [CLUSTER, LISTENER, ROUTES]) c.ask({ typeUrl });
  expect(c.settle()).toContain('EDS -a');
});
