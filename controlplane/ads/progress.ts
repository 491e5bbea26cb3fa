import type { StreamStatus } from '../../xds/status.ts';
import type { XdsServer } from '../../xds/server.ts';
import { meshKey } from '../mesh/model.ts';
import type { Change } from '../mesh/resource.ts';
import { followPush, type MeshProgress, type Push } from './push.ts';

/** Follows how changes reach the streams, while anyone listens. Without a listener it costs nothing. */
export type Progress = {
  /** Runs `work`, which applies changes that arrived at `since` (of performance.now). */
  readonly during: <T>(changes: readonly Change[], since: number, work: () => T) => T;
  /** Wraps the server, to note the keys whose snapshot a change replaced. */
  readonly watch: (server: XdsServer) => XdsServer;
  /** To be called when a stream of a key opens, ends or answers. */
  readonly note: (key: string) => void;
  /** Adds a listener to progress, and to `proxies`, which says that the status of some stream changed. Returns a function that removes it. */
  readonly listen: (listener: ProgressListener) => () => void;
  readonly close: () => void;
};

/** Must not throw. `onProgress`: at once, then at most five times a second, and at the end. */
export type ProgressListener = {
  readonly onProgress: (progress: MeshProgress) => void;
  readonly onProxies: () => void;
};

/** The shortest time between two reports of one push, except the last one, in milliseconds. */
const APART = 200;
/** How often all streams without an answer are looked at: a stream may also settle because a time limit has passed. In milliseconds. */
const PENDING_LOOKS = 1000;
/** The most pushes that are followed at once; a further one ends the oldest. */
const MOST_PUSHES = 32;

type Followed = { readonly push: Push; told: string; toldAt: number };

/** `streamsOf`: the current streams of a key; `meshOf`: the name of the mesh of its proxies. */
export function createProgress(
  streamsOf: (key: string) => readonly StreamStatus[],
  meshOf: (key: string) => string | undefined,
): Progress {
  const listeners = new Set<ProgressListener>();
  /** Keys of streams that opened, ended or answered since the last look. */
  const noted = new Set<string>();
  let pushes: Followed[] = [];
  let keys: Set<string> | undefined;
  let soon: NodeJS.Immediate | undefined;
  let later: NodeJS.Timeout | undefined;
  let proxies: NodeJS.Timeout | undefined;
  let pendingLookAt = 0;

  const tell = (followed: Followed, now: number): boolean => {
    const progress = followed.push.progress(now);
    const { acknowledged, refused, gone, done } = progress;
    const text = JSON.stringify([acknowledged, refused, gone, done]);
    const isDue = done || now - followed.toldAt >= APART;
    if (text === followed.told || !isDue) return !done;
    followed.told = text;
    followed.toldAt = now;
    for (const listener of listeners) listener.onProgress(progress);
    return !done;
  };
  const look = (): void => {
    clearImmediate(soon);
    soon = undefined;
    for (const { push } of pushes) for (const key of noted) push.look(key);
    noted.clear();
    const now = performance.now();
    if (now - pendingLookAt >= PENDING_LOOKS) {
      pendingLookAt = now;
      for (const { push } of pushes) push.lookAtPending();
    }
    pushes = listeners.size === 0 ? [] : pushes.filter((followed) => tell(followed, now));
    clearTimeout(later);
    later = pushes.length === 0 ? undefined : setTimeout(look, APART).unref();
  };
  const lookSoon = (): void => {
    soon ??= setImmediate(look);
  };

  return {
    during(changes, since, work) {
      if (listeners.size === 0) return work();
      keys = new Set();
      try {
        return work();
      } finally {
        const changed = [...keys];
        keys = undefined;
        const begun = pushesOf(changes, Map.groupBy(changed, meshOf), since, streamsOf);
        pushes = [...pushes, ...begun].slice(-MOST_PUSHES);
        pendingLookAt = performance.now();
        // A stream without a subscription to what changed answers nothing.
        for (const key of changed) noted.add(key);
        lookSoon();
      }
    },
    watch: (server) => ({
      ...server,
      set(key, snapshot) {
        const before = keys === undefined ? undefined : server.get(key);
        server.set(key, snapshot);
        if (keys !== undefined && server.get(key) !== before) keys.add(key);
      },
    }),
    note(key) {
      if (listeners.size === 0) return;
      if (pushes.length > 0) {
        noted.add(key);
        lookSoon();
      }
      proxies ??= setTimeout(() => {
        proxies = undefined;
        for (const listener of listeners) listener.onProxies();
      }, 1000).unref();
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      clearImmediate(soon);
      clearTimeout(later);
      clearTimeout(proxies);
      listeners.clear();
    },
  };
}

/**
 * The pushes of changes, one per mesh. A proxy sees resources of its own mesh only. `byMesh`: the keys whose snapshot was replaced. `begin`:
 * when the changes arrived, by `performance.now()`.
 */
function pushesOf(
  changes: readonly Change[],
  byMesh: ReadonlyMap<string | undefined, readonly string[]>,
  begin: number,
  streamsOf: (key: string) => readonly StreamStatus[],
): readonly Followed[] {
  const since = Date.now() - (performance.now() - begin);
  const meshes = new Map(changes.map(({ id }) => [meshKey(id), { owner: id.owner, mesh: id.mesh }]));
  const revision = Math.max(...changes.map((change) => change.revision));
  return Array.from(meshes.values(), (mesh) => {
    const ids = (byMesh.get(mesh.mesh) ?? []).map(
      (key) => [key, streamsOf(key).map(({ id }) => id)] as const,
    );
    const push = followPush({ mesh, revision, since, begin }, new Map(ids), streamsOf);
    return { push, told: '', toldAt: -Infinity };
  });
}
