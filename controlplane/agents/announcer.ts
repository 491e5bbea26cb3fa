import type { Log } from '../../common/log.ts';
import { coalesceRuns } from '../mesh/concurrency/coalesce-runs.ts';
import { MOST_ANNOUNCED, type Store } from '../store/store.ts';
import { encodeAnnouncements, type Announcement } from './announcement.ts';
import type { OwnLeaving } from './draining-table.ts';

/** Announces the draining instances of this replica to the others. The changes of one turn are one announcement. */
export type Announcer = {
  /** Announces the state of an instance. */
  readonly out: (instance: OwnLeaving) => void;
  /** Announces that an instance serves again. */
  readonly back: (instance: Announcement['back'][number]) => void;
  /** Stops announcing. */
  readonly close: () => void;
};

/** Creates an announcer. `replica`: the name of this process. */
export function createAnnouncer(replica: string, store: Pick<Store, 'announce'>, log: Log): Announcer {
  let due = new Map<string, OwnLeaving>();
  let back: Announcement['back'] = [];
  let isFailing = false;
  let isClosed = false;

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

  function sendSoon(): void {
    if (due.size + back.length === 0) setImmediate(() => void sendDue());
  }

  return {
    out(instance) {
      sendSoon();
      due.set(instance.id, instance);
    },
    back(instance) {
      sendSoon();
      back = [...back, instance];
    },
    close: () => {
      isClosed = true;
    },
  };
}
