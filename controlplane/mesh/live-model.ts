import type { Log } from '../../common/log.ts';
import type { Store, TokenKey, Write, Written } from '../store/store.ts';
import { START_PATIENCE_MS, waitForStore } from '../store/wait-for-store.ts';
import { forgetDeletions } from './forget-deletions.ts';
import { createBoundedRefresh } from './concurrency/bounded-refresh.ts';
import { coalesceRuns } from './concurrency/coalesce-runs.ts';
import { Model } from './model.ts';
import type { Change } from './resource.ts';
import { createKeyedMutex } from './concurrency/keyed-mutex.ts';

/** Receives changes once the model has them, oldest first, each exactly once. Must not throw; an error is logged. */
export type ChangesListener = (changes: readonly Change[]) => void;

/** The model in memory with the store behind it: reads use `model`, writes go through `commit`. */
export type LiveModel = {
  readonly model: Model;
  /** Commits to the store. When it resolves, `model` has the change and all earlier ones, and listeners were called. */
  commit(write: Write): Promise<Written>;
  /**
   * Serializes writes of an owner, so that concurrent writes do not invalidate what each other has read: the CreateMesh calls of an
   * account, which count its meshes, and the uses of join tokens.
   */
  exclusively<T>(owner: string, write: () => Promise<T>): Promise<T>;
  /** Brings `model` up to date with the store. */
  catchUp(): Promise<void>;
  /**
   * Like `catchUp`, but best effort: waits for a bounded time and never rejects. A caller that wrote through another replica
   * then reads its own write. Does nothing for a store with a single owner.
   */
  refresh(): Promise<void>;
  /** As in Store. */
  tokenContent(key: TokenKey, now: number): Promise<string | undefined>;
  /** Adds a listener. Returns a function that removes it. */
  onChanges(listener: ChangesListener): () => void;
  /** Stops following the store, which stays open. */
  close(): void;
};

/**
 * Loads everything from the store, and follows its changes. Waits up to `patienceMs` for a store that is away; default 30,000.
 * @throws StoreError
 */
export async function openLiveModel(
  store: Store,
  log: Log,
  patienceMs = START_PATIENCE_MS,
): Promise<LiveModel> {
  const model = new Model();
  const listeners = new Set<ChangesListener>();
  const mutex = createKeyedMutex();

  const tell = (changes: readonly Change[]): void => {
    if (changes.length === 0) return;
    for (const listener of listeners) {
      try {
        listener(changes);
      } catch (error) {
        log.error({ err: error, revision: model.revision }, 'a listener of the model failed');
      }
    }
  };
  const forget = forgetDeletions(store, log);
  const take = (changes: readonly Change[]): void => {
    const fresh = changes.filter(({ revision }) => revision > model.revision);
    model.apply(fresh);
    tell(fresh);
    forget(fresh);
  };
  // True from the moment that the store may differ from the changes read from it, until everything is read again.
  let isDoubtful = false;
  const catchUp = coalesceRuns(async () => {
    if (!isDoubtful) {
      const { revision } = model;
      const { from, changes } = await store.changesSince(revision);
      if (from === revision) return take(changes);
      isDoubtful = true;
    }
    const { changes } = await store.changesSince(0);
    isDoubtful = false;
    tell(model.replace(changes));
  });

  const stop = store.onChange((hint) => {
    if (hint.kind === 'reconnected') isDoubtful = true;
    else if (!isDoubtful && hint.revision <= model.revision) return;
    catchUp().catch((error: unknown) => log.error({ err: error }, 'cannot read changes from the store'));
  });
  try {
    await waitForStore(catchUp, log, patienceMs);
  } catch (error) {
    stop();
    throw error;
  }

  return {
    model,
    commit: async (write) => {
      const written = await store.commit(write);
      if (written.outcome === 'committed') {
        // Another replica may have committed in between; its changes come first.
        if (!isDoubtful && written.revision === model.revision + 1) take(written.changes);
        else await catchUp();
      }
      return written;
    },
    exclusively: mutex,
    catchUp,
    refresh: store.isShared ? createBoundedRefresh(catchUp) : async () => undefined,
    tokenContent: (key, now) => store.tokenContent(key, now),
    onChanges: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: stop,
  };
}
