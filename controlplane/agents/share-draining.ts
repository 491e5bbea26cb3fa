import { randomUUID } from 'node:crypto';
import type { Log } from '../../common/log.ts';
import { coalesceRuns } from '../mesh/concurrency/coalesce-runs.ts';
import { MOST_ANNOUNCED, type Store } from '../store/store.ts';
import { decodeAnnouncement, encodeAnnouncements, type Announcement } from './announcement.ts';
import type { Leaving } from '../translate/external-inputs.ts';
import type { OwnLeaving } from './draining-table.ts';
import type { Draining, NodeId } from './draining.ts';

/** A table of draining instances that replicas share. */
export type SharedDraining = Draining & { readonly close: () => void };

/** How often a replica announces all of its instances again, in milliseconds: another one may have started, or lost its connection. */
const EVERY_MS = 10_000;
/** How long a replica believes an announcement, in milliseconds. */
const LEASE_MS = 35_000;
/**
 * When to look again for an instance that serves here, in milliseconds: the announcement that its stream at another replica has ended
 * may arrive later.
 */
const LOOK_AGAIN_MS = [500, 3000];

/**
 * Shares a table with the other replicas of a store, because the callers of an instance may have their streams at any of them. A change
 * is announced at once. Nothing is stored: a replica that ends takes its instances back within `leaseMs`. `everyMs` and `leaseMs` are
 * for tests.
 */
export function shareDraining(
  draining: Draining,
  store: Pick<Store, 'isShared' | 'announce' | 'onAnnouncement'>,
  log: Log,
  { everyMs = EVERY_MS, leaseMs = LEASE_MS }: { readonly everyMs?: number; readonly leaseMs?: number } = {},
): SharedDraining {
  if (!store.isShared) return { ...draining, close: () => undefined };
  const replica = randomUUID();
  let due = new Map<string, OwnLeaving>();
  let back: Announcement['back'] = [];
  let isFailing = false;
  let isClosed = false;
  const lookingAgain = new Set<string>();

  async function send(announcement: Omit<Announcement, 'replica'>): Promise<void> {
    try {
      for (const text of encodeAnnouncements({ replica, ...announcement }, MOST_ANNOUNCED))
        await store.announce(text);
      isFailing = false;
    } catch (error) {
      // The others learn of instances that are out by the next announcement of all, and forget those that are back within a minute.
      if (!isFailing)
        log.warn({ err: error }, 'cannot tell the other replicas which instances drain; trying again');
      isFailing = true;
    }
  }

  // One after another: two announcements at once would use two connections, and the second one could arrive first.
  const sendDue = coalesceRuns(async () => {
    if (isClosed) return;
    const announcement = { out: [...due.values()], back };
    due = new Map();
    back = [];
    await send(announcement);
  });

  /** Changes of one turn are one announcement. */
  function add(change: () => void): void {
    if (due.size + back.length === 0) setImmediate(() => void sendDue());
    change();
  }

  function hear(text: string): void {
    const heard = decodeAnnouncement(text);
    if (heard === undefined || heard.replica === replica) return;
    for (const { id, node, known } of heard.out)
      draining.learn(`${heard.replica} ${id}`, node, known, leaseMs);
    for (const { node, serving } of heard.back) draining.serves(node, serving);
  }

  draining.onOwnChange((change) => add(() => void due.set(change.id, change)));
  const stopListening = store.onAnnouncement(hear);
  const timer = setInterval(
    () => {
      for (const each of draining.own()) add(() => void due.set(each.id, each));
    },
    everyMs * (0.9 + Math.random() * 0.2),
  ).unref();

  function serves(node: NodeId, serving: Leaving): boolean {
    const isBack = draining.serves(node, serving);
    if (isBack) add(() => (back = [...back, { node, serving }]));
    return isBack;
  }

  function lookAgain(node: NodeId, serving: Leaving): void {
    const key = JSON.stringify([node, serving]);
    if (lookingAgain.has(key) || !draining.of(node).some(({ from }) => from === serving.from)) return;
    lookingAgain.add(key);
    for (const wait of LOOK_AGAIN_MS) setTimeout(() => serves(node, serving), wait).unref();
    setTimeout(() => lookingAgain.delete(key), Math.max(...LOOK_AGAIN_MS)).unref();
  }

  return {
    ...draining,
    serves(node, serving) {
      const isBack = serves(node, serving);
      if (!isBack) lookAgain(node, serving);
      return isBack;
    },
    close() {
      isClosed = true;
      clearInterval(timer);
      stopListening();
    },
  };
}
