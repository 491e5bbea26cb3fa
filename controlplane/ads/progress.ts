import type { StreamStatus } from '../../xds/status.ts';
import type { XdsServer } from '../../xds/server.ts';
import { meshKey } from '../mesh/model.ts';
import type { Change } from '../mesh/resource.ts';
import { createLooks } from './looks.ts';
import { followPush, type MeshProgress, type Push } from './push.ts';
import { createSnapshotChanges } from './snapshot-changes.ts';

/** Follows how changes reach the streams, while anyone listens. Without a listener it costs nothing. */
export type Progress = {
  /** Runs `work`, which applies changes that arrived at `since` (of performance.now). */
  readonly during: <T>(changes: readonly Change[], since: number, work: () => T) => T;
  /** Wraps the server, to note the keys whose snapshot a change replaced. */
  readonly watch: (server: XdsServer) => XdsServer;
  /** To be called when a stream of a key opens, ends, or answers. `id`: of the stream that answered. */
  readonly note: (key: string, id?: number) => void;
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
/** The shortest time between two looks at streams, in milliseconds: a hundred changes a second to a thousand streams have a hundred thousand answers. */
const LOOKS_APART = 50;
/** How often all streams without an answer are looked at: a stream may also settle because a time limit has passed. In milliseconds. */
const PENDING_LOOKS = 1000;
/** The most pushes that are followed at once; a further one ends the oldest. */
const MOST_PUSHES = 32;

type Followed = { readonly push: Push; told: string; toldAt: number };

/** Facts about the streams of a key: their states, their ids alone, and the name of the mesh of its proxies. */
export type KeyFacts = {
  readonly streamsOf: (key: string, ids?: ReadonlySet<number>) => readonly StreamStatus[];
  readonly idsOf: (key: string) => readonly number[];
  readonly meshOf: (key: string) => string | undefined;
};

/** Creates the table without pushes. */
export function createProgress({ streamsOf, idsOf, meshOf }: KeyFacts): Progress {
  const listeners = new Set<ProgressListener>();
  const snapshots = createSnapshotChanges();
  const looks = createLooks(look, LOOKS_APART);
  /** Keys with streams that opened or ended since the last look (undefined), or with the ids of those that answered. */
  const noted = new Map<string, Set<number> | undefined>();
  /** The streams that a look has read, all of a key or those that answered: all pushes use them. */
  const read = new Map<string | ReadonlySet<number>, ReadonlyMap<number, StreamStatus>>();
  let pushes: Followed[] = [];
  let proxies: NodeJS.Timeout | undefined;
  let pendingLookAt = 0;

  function statesOf(key: string, ids?: ReadonlySet<number>): ReadonlyMap<number, StreamStatus> {
    const known = read.get(ids ?? key);
    if (known !== undefined) return known;
    const states = new Map(streamsOf(key, ids).map((stream) => [stream.id, stream]));
    read.set(ids ?? key, states);
    return states;
  }

  function tell(followed: Followed, now: number): boolean {
    const progress = followed.push.progress(now);
    const { acknowledged, refused, gone, done } = progress;
    const text = JSON.stringify([acknowledged, refused, gone, done]);
    const isDue = done || now - followed.toldAt >= APART;
    if (text === followed.told || !isDue) return !done;
    followed.told = text;
    followed.toldAt = now;
    for (const listener of listeners) listener.onProgress(progress);
    return !done;
  }

  function look(): void {
    for (const { push } of pushes) for (const [key, ids] of noted) push.look(key, ids);
    noted.clear();
    const now = performance.now();
    if (now - pendingLookAt >= PENDING_LOOKS) {
      pendingLookAt = now;
      for (const { push } of pushes) push.lookAtPending();
    }
    read.clear();
    pushes = listeners.size === 0 ? [] : pushes.filter((followed) => tell(followed, now));
    if (pushes.length > 0) looks.later(APART);
  }

  return {
    during(changes, since, work) {
      if (listeners.size === 0) return work();
      return snapshots.during(work, (keys) => {
        const begun = pushesOf(changes, Map.groupBy(keys, meshOf), since, { idsOf, statesOf });
        pushes = [...pushes, ...begun].slice(-MOST_PUSHES);
        // A stream without a subscription to what changed answers nothing: it is looked at soon.
        pendingLookAt = performance.now() - PENDING_LOOKS + APART;
        looks.soon();
      });
    },
    watch: snapshots.watch,
    note(key, id) {
      if (listeners.size === 0) return;
      if (pushes.length > 0) {
        const ids = noted.get(key);
        if (id === undefined || (noted.has(key) && ids === undefined)) noted.set(key, undefined);
        else noted.set(key, (ids ?? new Set()).add(id));
        looks.soon();
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
      looks.close();
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
  { idsOf, statesOf }: Pick<KeyFacts, 'idsOf'> & { readonly statesOf: Parameters<typeof followPush>[2] },
): readonly Followed[] {
  const since = Date.now() - (performance.now() - begin);
  const meshes = new Map(changes.map(({ id }) => [meshKey(id), { owner: id.owner, mesh: id.mesh }]));
  const revision = Math.max(...changes.map((change) => change.revision));
  return Array.from(meshes.values(), (mesh) => {
    const ids = (byMesh.get(mesh.mesh) ?? []).map((key) => [key, idsOf(key)] as const);
    const push = followPush({ mesh, revision, since, begin }, new Map(ids), statesOf);
    return { push, told: '', toldAt: -Infinity };
  });
}
