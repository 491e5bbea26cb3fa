import { afterEach, expect, test } from 'vitest';
import { createLog } from '../../common/log.ts';
import { createDraining, type NodeId } from './draining.ts';
import { shareDraining, type SharedDraining } from './share-draining.ts';

const NODE: NodeId = { kind: 'virtualNode', owner: '1', mesh: 'm', parent: '', name: 'n' };
const INSTANCE = { from: '10.0.0.1', addresses: [] };

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Replicas on one bus; `isCut`: nothing arrives. */
function replicas(count: number, times: { readonly everyMs?: number; readonly leaseMs?: number } = {}) {
  const listeners = new Set<(text: string) => void>();
  const bus = { isCut: false };
  const store = {
    isShared: true,
    async announce(text: string) {
      if (bus.isCut) throw new Error('the server is away');
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

test('an instance that serves at one replica before that knows of the end of its stream at another comes back', async () => {
  const { all } = replicas(2);
  all[0]?.set('a', NODE, INSTANCE);
  await expect.poll(outOf(all[1])).toBe(1);
  expect(all[1]?.serves(NODE, INSTANCE)).toBe(false);
  all[0]?.end('a');
  for (const replica of all) await expect.poll(outOf(replica), { timeout: 10_000 }).toBe(0);
});

test('an announcement that was lost is made up for, and a replica that ends takes its instances back', async () => {
  const { all, bus } = replicas(2, { everyMs: 50, leaseMs: 1000 });
  bus.isCut = true;
  all[0]?.set('a', NODE, INSTANCE);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(outOf(all[1])()).toBe(0);
  bus.isCut = false;
  await expect.poll(outOf(all[1])).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(outOf(all[1])()).toBe(1);
  all[0]?.close();
  await expect.poll(outOf(all[1]), { timeout: 10_000 }).toBe(0);
  expect(outOf(all[0])()).toBe(1);
});
