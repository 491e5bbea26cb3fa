import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../../../common/log.ts';
import { openLiveModel, type LiveModel } from '../../mesh/live-model.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite.ts';
import type { Store } from '../../store/store.ts';
import type { NodeId } from '../draining.ts';
import { createMutualInstances } from '../mutual-instances.ts';
import { createPlainCallers } from '../plain-callers.ts';
import { MODE_TIMES } from '../modes/mode-times.ts';
import { createNodeFacts, FACT_TIMES, type FactTimes, type NodeFacts } from './node-facts.ts';
import { openInstances } from './open-instances.ts';
import { shareMutual } from './share-mutual.ts';
import { sharePlainCallers } from './share-plain-callers.ts';

const log = createLog('test', 'silent');
const NODE: NodeId = { kind: 'virtualNode', owner: '000000000000', mesh: 'm', parent: '', name: 'n' };
const DAY = 86_400_000;
const one = { from: '10.0.0.1', addresses: ['10.0.0.1'], ports: [8080] };
const times = (lease: number): FactTimes => ({
  lease: { instance: lease, other: lease, pending: lease, callers: DAY },
  gather: 1,
  look: 20,
});

let folder: string;
let store: Store;
let live: LiveModel;
const opened: { close: () => void }[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-facts-'));
  store = openSqliteStore({ folder });
  live = await openLiveModel(store, log);
});
afterEach(async () => {
  vi.useRealTimers();
  for (const each of opened.splice(0)) each.close();
  live.close();
  await store.close();
  await rm(folder, { recursive: true });
});

/** Opens the facts of a further process on the same model. */
function facts(lease = DAY): NodeFacts {
  const made = createNodeFacts(live, log, times(lease));
  opened.push(made);
  return made;
}

test('an instance that takes mutual TLS is known to another replica, and after a restart, until its agent says otherwise', async () => {
  const here = shareMutual(createMutualInstances(), facts());
  const there = shareMutual(createMutualInstances(), facts());
  const told: string[] = [];
  there.onChange(({ name }) => told.push(name));
  here.set('10.0.0.1:1', NODE, one, one.from);
  await expect.poll(() => there.of(NODE)).toEqual([one]);
  expect(here.of(NODE)).toEqual([one]);
  expect(shareMutual(createMutualInstances(), facts()).of(NODE)).toEqual([one]);
  expect(told).toEqual(['n']);
  here.set('10.0.0.1:1', NODE, undefined, one.from);
  await expect.poll(() => there.of(NODE)).toEqual([]);
  await expect.poll(() => told).toEqual(['n', 'n']);
});

test('callers of a virtual node are not told once for each of thousands of instances that connect at one moment, or are written again', async () => {
  const here = shareMutual(createMutualInstances(), facts());
  const there = shareMutual(createMutualInstances(), facts());
  const told = { here: 0, there: 0 };
  here.onChange(() => (told.here += 1));
  there.onChange(() => (told.there += 1));
  const all = Array.from({ length: 300 }, (_, at) => ({ ...one, from: `10.0.${at >> 8}.${at & 255}` }));
  for (const [at, instance] of all.entries()) here.set(`${at}`, NODE, instance, instance.from);
  await expect.poll(() => there.of(NODE)).toHaveLength(all.length);
  await expect.poll(() => here.of(NODE)).toHaveLength(all.length);
  // Two or three times each; how often exactly depends on how fast the facts are written.
  expect(told.here + told.there).toBeLessThan(all.length / 10);
});

test('an address whose new proxy takes no mutual TLS is forgotten, whichever replica knew it', async () => {
  const here = shareMutual(createMutualInstances(), facts());
  here.set('10.0.0.1:1', NODE, one, one.from);
  const after = shareMutual(createMutualInstances(), facts());
  await expect.poll(() => after.of(NODE)).toEqual([one]);
  after.set('10.0.0.1:2', NODE, undefined, one.from);
  await expect.poll(() => shareMutual(createMutualInstances(), facts()).of(NODE)).toEqual([]);
});

test('a replica that ended does not take its facts back: they stop counting, and the others remove them', async () => {
  const ended = createNodeFacts(live, log, times(DAY));
  shareMutual(createMutualInstances(), ended).set('10.0.0.1:1', NODE, one, one.from);
  await expect.poll(() => ended.of(NODE, 'instance').length).toBe(1);
  ended.close();
  const other = facts(1);
  await expect.poll(() => live.model.list('nodeFact', { owner: '', mesh: 'node-facts' })).toEqual([]);
  expect(other.of(NODE, 'instance')).toEqual([]);
});

test('STRICT is not allowed too early: callers without mutual TLS are known to other replicas and after a restart', async () => {
  const now = Date.now();
  const callers = [{ address: '10.0.0.9', port: 80, last: now - 1000 }];
  const here = sharePlainCallers(createPlainCallers(DAY), facts(), DAY);
  here.add(NODE, callers);
  const there = sharePlainCallers(createPlainCallers(DAY), facts(), DAY);
  await expect.poll(() => there.of(NODE)).toEqual(callers);
  expect(there.nodes()).toEqual([NODE]);
  const later = sharePlainCallers(createPlainCallers(DAY), facts(), DAY, () => now + DAY);
  expect(later.of(NODE)).toEqual([]);
});

test('a caller that calls on and on is written seldom, and a further caller at once', async () => {
  const kept = facts();
  const puts: number[] = [];
  const table = sharePlainCallers(
    createPlainCallers(DAY),
    { ...kept, put: (node, id, fact) => (puts.push(0), kept.put(node, id, fact)) },
    DAY,
  );
  const last = Date.now();
  const first = { address: '10.0.0.9', port: 80, last };
  table.add(NODE, [first]);
  await expect.poll(() => kept.of(NODE, 'callers').length).toBe(1);
  table.add(NODE, [{ ...first, last: last + 60_000 }]);
  expect(puts.length).toBe(1);
  table.add(NODE, [{ ...first, address: '10.0.0.8' }]);
  expect(puts.length).toBe(2);
});

test('a proxy without a certificate that is connected to one replica counts for the others', async () => {
  const open = () => openInstances(live, { isShared: true, windowSeconds: 60, log });
  const [here, there] = [open(), open()];
  opened.push(here, there);
  let has = true;
  let came: (node: NodeId) => void = () => undefined;
  here.followOthers({
    hasOthers: () => has,
    onOthers: (listener) => (came = listener),
    refreshCallers: () => undefined,
  });
  const refreshed: string[] = [];
  const nothing = { hasOthers: () => false, onOthers: () => undefined };
  there.followOthers({ ...nothing, refreshCallers: ({ name }) => refreshed.push(name) });
  came(NODE);
  await expect.poll(() => there.hasOthers(NODE)).toBe(true);
  has = false;
  came(NODE);
  await expect.poll(() => there.hasOthers(NODE)).toBe(false);
  expect(refreshed).toEqual(['n', 'n']);
});

test('a process that was killed during a change of the mode held the change for five minutes: its pending proxy counts for a shorter time', async () => {
  expect(FACT_TIMES.lease.pending).toBeLessThan(MODE_TIMES.most / 2);
  // A replica writes its facts again after a third of this time, once it has looked.
  expect(FACT_TIMES.lease.pending / 3 + FACT_TIMES.look).toBeLessThan(FACT_TIMES.lease.pending);
  const killed = createNodeFacts(live, log, times(DAY));
  killed.put(NODE, killed.replica, { kind: 'pending' });
  await expect.poll(() => killed.of(NODE, 'pending').length).toBe(1);
  killed.close();
  const other = facts(50);
  await expect.poll(() => other.of(NODE, 'pending')).toEqual([]);
});

test('a pending proxy of a replica that runs is written again, and so it counts as long as it is pending', async () => {
  const here = facts(50);
  here.put(NODE, here.replica, { kind: 'pending' });
  const version = () => live.model.list('nodeFact', { owner: '', mesh: 'node-facts' })[0]?.version ?? 0;
  await expect.poll(version).toBeGreaterThan(2);
});

test('a pending proxy of a replica whose clock is an hour behind counts', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
  const behind = facts();
  behind.put(NODE, behind.replica, { kind: 'pending' });
  await expect.poll(() => behind.of(NODE, 'pending').length).toBe(1);
  vi.useRealTimers();
  expect(facts(60_000).of(NODE, 'pending').length).toBe(1);
});
