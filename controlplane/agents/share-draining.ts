import { randomUUID } from 'node:crypto';
import type { Log } from '../../common/log.ts';
import type { Store } from '../store/store.ts';
import { decodeAnnouncement } from './announcement.ts';
import { createAnnouncer } from './announcer.ts';
import type { Leaving } from '../translate/external-inputs.ts';
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
  const announcer = createAnnouncer(replica, store, log);
  const lookingAgain = new Set<string>();

  function hear(text: string): void {
    const heard = decodeAnnouncement(text);
    if (heard === undefined || heard.replica === replica) return;
    for (const { id, node, known } of heard.out)
      draining.learn(`${heard.replica} ${id}`, node, known, leaseMs);
    for (const { node, serving } of heard.back) draining.serves(node, serving);
  }

  draining.onOwnChange(announcer.out);
  const stopListening = store.onAnnouncement(hear);
  const timer = setInterval(
    () => {
      for (const each of draining.own()) announcer.out(each);
    },
    everyMs * (0.9 + Math.random() * 0.2),
  ).unref();

  function serves(node: NodeId, serving: Leaving): boolean {
    const isBack = draining.serves(node, serving);
    if (isBack) announcer.back({ node, serving });
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
      announcer.close();
      clearInterval(timer);
      stopListening();
    },
  };
}
