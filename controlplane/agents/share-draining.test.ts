import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLog } from '../../common/log.ts';
import { createDraining, type NodeId } from './draining.ts';
import { shareDraining, type SharedDraining } from './share-draining.ts';

const NODE: NodeId = { kind: 'virtualNode', owner: '1', mesh: 'm', parent: '', name: 'n' };
const INSTANCE = { from: '10.0.0.1', addresses: [] };

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Replicas on one bus. `isCut`: nothing arrives. `delayed`: an announcement waits for it, as behind a slow connection. */
function replicas(count: number, times: { readonly everyMs?: number; readonly leaseMs?: number } = {}) {
  const listeners = new Set<(text: string) => void>();
  const bus = { isCut: false, delayed: Promise.resolve(), announced: 0 };
  const store = {
    isShared: true,
    async announce(text: string) {
      bus.announced += 1;
      if (bus.isCut) throw new Error('the server is away');
      await bus.delayed;
      for (const listener of listeners) listener(text);
    },
    onAnnouncement(listener: (text: string) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const all = Array.from({ length: count }, (): SharedDraining => {
    const shared = shareDraining(createDraining(), store, createLog('test', 'silent'), times);
    closers.push(shared.close);
    return shared;
  });
  return { all, bus };
}

const outOf = (replica: SharedDraining | undefined) => () => replica?.of(NODE).length;

test('an instance that ended its stream at one replica comes back at all of them when it serves at another', async () => {
  const { all } = replicas(3);
  all[0]?.set('a', NODE, INSTANCE);
  all[0]?.end('a');
  for (const replica of all) await expect.poll(outOf(replica)).toBe(1);
  expect(all[1]?.serves(NODE, INSTANCE)).toBe(true);
  for (const replica of all) await expect.poll(outOf(replica)).toBe(0);
});

test('an instance comes back even if it serves at one replica before that replica learns that its stream at another one has ended', async () => {
  const { all } = replicas(2);
  all[0]?.set('a', NODE, INSTANCE);
  await expect.poll(outOf(all[1])).toBe(1);
  expect(all[1]?.serves(NODE, INSTANCE)).toBe(false);
  all[0]?.end('a');
  for (const replica of all) await expect.poll(outOf(replica)).toBe(0);
});

test('a replica announces changes in their order: a slow announcement arrived after the next one, and the instance stayed out', async () => {
  const { all, bus } = replicas(2);
  const { promise, resolve } = Promise.withResolvers<void>();
  bus.delayed = promise;
  all[0]?.set('a', NODE, INSTANCE);
  await expect.poll(() => bus.announced).toBe(1);
  bus.delayed = Promise.resolve();
  all[0]?.set('a', NODE, undefined);
  all[0]?.set('b', NODE, { from: '10.0.0.2', addresses: [] });
  await turn();
  await turn();
  expect(bus.announced).toBe(1);
  resolve();
  await expect.poll(() => all[1]?.of(NODE)).toEqual([{ from: '10.0.0.2', addresses: [] }]);
});

test('a replica that is closed announces nothing', async () => {
  const { all, bus } = replicas(2);
  all[0]?.set('a', NODE, INSTANCE);
  all[0]?.close();
  await turn();
  await turn();
  expect(bus.announced).toBe(0);
});

describe('with a clock of the test', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('a later announcement replaces a lost one, and an instance stays out until its replica ends', async () => {
    const { all, bus } = replicas(2, { everyMs: 50, leaseMs: 1000 });
    bus.isCut = true;
    all[0]?.set('a', NODE, INSTANCE);
    await vi.advanceTimersByTimeAsync(40);
    expect(outOf(all[1])()).toBe(0);
    bus.isCut = false;
    await vi.advanceTimersByTimeAsync(60);
    expect(outOf(all[1])()).toBe(1);
    const changes: unknown[] = [];
    all[1]?.onChange((node) => changes.push(node));
    await vi.advanceTimersByTimeAsync(5000);
    expect([outOf(all[1])(), changes]).toEqual([1, []]);
    all[0]?.close();
    await vi.advanceTimersByTimeAsync(1000);
    expect(outOf(all[1])()).toBe(0);
    expect(outOf(all[0])()).toBe(1);
  });
});
