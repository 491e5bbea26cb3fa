import { afterEach, expect, test } from 'vitest';
import type { HostAnswer } from '../../common/addresses/ask-host.ts';
import { createLog } from '../../common/log.ts';
import { LISTENER, type Resource, type Snapshot } from '../../xds/types.ts';
import { namesIn } from './filled-listener.ts';
import { createNameFilling, type NameFilling } from './listener-names.ts';
import { chainsOf, namedListener } from './testing/listener.ts';
import { SHORT_FORM } from '../../common/testing/short-form.ts';

const NAMES = {
  '3306': [
    { chain: 'a', names: ['a.local'] },
    { chain: 'b', names: ['b.local'] },
  ],
};

const open: NameFilling[] = [];
afterEach(() => {
  for (const filling of open.splice(0)) filling.close();
});

function fillingWith(
  ask: (name: string) => Promise<HostAnswer>,
  known: ReadonlyMap<string, readonly string[]> = new Map(),
) {
  const filling = createNameFilling(createLog('test', 'silent'), { known, ask });
  open.push(filling);
  let changes = 0;
  filling.onChange(() => (changes += 1));
  return { filling, changes: () => changes };
}

function snapshotOf(...listeners: readonly Resource[]): Snapshot {
  return new Map([[LISTENER, { resources: new Map(listeners.map((each) => [each.name, each])) }]]);
}

const listenerIn = (snapshot: Snapshot | undefined) => snapshot?.get(LISTENER)?.resources.get('egress');

test('a snapshot without names passes at once and unchanged', () => {
  const { filling } = fillingWith(async () => Promise.reject(new Error('unexpected lookup')));
  const snapshot = snapshotOf(namedListener({ '80': 'http' }));
  expect(filling.fill(snapshot)).toBe(snapshot);
  expect(filling.status()).toEqual([]);
});

test('a port with an empty list of names leaves the listener unchanged', () => {
  const { filling } = fillingWith(async () => Promise.reject(new Error('unexpected lookup')));
  const sent = namedListener({}, { '3306': [{ chain: 'a', names: [] }] });
  const filled = listenerIn(filling.fill(snapshotOf(sent))) as Resource;
  expect(namesIn(filled)).toEqual({});
});

test('a listener waits until each of its names is resolved or has failed', async () => {
  const second = Promise.withResolvers<HostAnswer>();
  const { filling, changes } = fillingWith((name) =>
    name === 'a.local' ? Promise.resolve({ addresses: ['10.0.0.1'], ttlMs: 60_000 }) : second.promise,
  );
  const snapshot = snapshotOf(namedListener({ '3306': 'other' }, NAMES));
  expect(filling.fill(snapshot)).toBeUndefined();
  await expect.poll(() => filling.status()[0]?.current).toEqual(['10.0.0.1']);
  expect(filling.fill(snapshot)).toBeUndefined();
  const before = changes();
  second.reject(new Error('no such name'));
  await expect.poll(changes).toBeGreaterThan(before);
  expect(chainsOf(listenerIn(filling.fill(snapshot)) as Resource)).toEqual({
    '3306': { '10.0.0.1': 'a', '*': 'other' },
  });
});

const KNOWN = new Map([
  ['a.local', ['10.0.0.1']],
  ['b.local', ['10.0.0.2']],
]);

test('a listener whose addresses are known from an earlier run does not wait for a resolver that is away', async () => {
  const { filling } = fillingWith(async () => Promise.reject(new Error('no answer')), KNOWN);
  const snapshot = snapshotOf(namedListener({ '3306': 'other' }, NAMES));
  const expected = { '3306': { '10.0.0.1': 'a', '10.0.0.2': 'b', '*': 'other' } };
  expect(chainsOf(listenerIn(filling.fill(snapshot)) as Resource)).toEqual(expected);
  await expect.poll(() => filling.status().every(({ problem }) => problem === 'no answer')).toBe(true);
  expect(chainsOf(listenerIn(filling.fill(snapshot)) as Resource)).toEqual(expected);
  expect(filling.addresses()).toEqual(KNOWN);
});

test("the resolver's answer replaces an address from an earlier run, which stays for some minutes", async () => {
  const answers: Record<string, string> = { 'a.local': '10.0.0.3', 'b.local': '10.0.0.2' };
  const { filling } = fillingWith(
    async (name) => ({ addresses: [answers[name] ?? ''], ttlMs: 60_000 }),
    KNOWN,
  );
  const snapshot = snapshotOf(namedListener({}, NAMES));
  filling.fill(snapshot);
  await expect.poll(() => filling.addresses().get('a.local')).toEqual(['10.0.0.3']);
  expect(chainsOf(listenerIn(filling.fill(snapshot)) as Resource)).toEqual({
    '3306': { '10.0.0.1': 'a', '10.0.0.3': 'a', '10.0.0.2': 'b' },
  });
});

test.skipIf(SHORT_FORM)('a resolver that does not answer holds a listener for a limited time', async () => {
  const { filling, changes } = fillingWith(() => new Promise(() => undefined));
  const snapshot = snapshotOf(namedListener({ '3306': 'other' }, NAMES));
  expect(filling.fill(snapshot)).toBeUndefined();
  await expect.poll(changes).toBe(1);
  expect(chainsOf(listenerIn(filling.fill(snapshot)) as Resource)).toEqual({ '3306': { '*': 'other' } });
});

test('a changed address changes the listener; the same addresses give the same object', async () => {
  const answers: Record<string, string> = { 'a.local': '10.0.0.1', 'b.local': '10.0.0.2' };
  const { filling, changes } = fillingWith(async (name) => ({ addresses: [answers[name] ?? ''], ttlMs: 0 }));
  const snapshot = snapshotOf(namedListener({}, NAMES));
  await expect.poll(() => filling.fill(snapshot)).toBeDefined();
  const filled = listenerIn(filling.fill(snapshot));
  expect(listenerIn(filling.fill(snapshot))).toBe(filled);
  answers['a.local'] = '10.0.0.3';
  const before = changes();
  await expect.poll(changes).toBeGreaterThan(before);
  expect(chainsOf(listenerIn(filling.fill(snapshot)) as Resource)).toEqual({
    '3306': { '10.0.0.1': 'a', '10.0.0.3': 'a', '10.0.0.2': 'b' },
  });
});

test('an address that two names share is a problem of both in the status', async () => {
  const { filling } = fillingWith(async () => ({ addresses: ['10.0.0.1'], ttlMs: 60_000 }));
  const closed = { chain: 'closed', ambiguous: true as const };
  const snapshot = snapshotOf(namedListener({}, { '3306': [...NAMES['3306'], closed] }));
  await expect.poll(() => filling.fill(snapshot)).toBeDefined();
  expect(chainsOf(listenerIn(filling.fill(snapshot)) as Resource)).toEqual({
    '3306': { '10.0.0.1': 'closed' },
  });
  expect(filling.status().map(({ problem }) => problem)).toEqual([
    'address 10.0.0.1 of a.local is also an address of b.local: Envoy cannot tell them apart on port 3306',
    'address 10.0.0.1 of b.local is also an address of a.local: Envoy cannot tell them apart on port 3306',
  ]);
});
