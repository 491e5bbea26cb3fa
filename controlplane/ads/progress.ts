import type { StreamStatus } from '../../xds/status.ts';
import type { XdsServer } from '../../xds/server.ts';
import { shortName } from '../../xds/types.ts';
import { meshKey } from '../mesh/model.ts';
import type { Change, MeshId } from '../mesh/resource.ts';

/** How far the configurations of the changes to one mesh are. Times are milliseconds since 1970. */
export type MeshProgress = {
  readonly mesh: MeshId;
  readonly revision: number;
  /** When the changes arrived. */
  readonly since: number;
  /** The connected streams whose configuration changed. Those in no other number have not answered yet. */
  readonly touched: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** Streams that ended before they had answered. */
  readonly gone: number;
  readonly done: boolean;
  /** The first 20. */
  readonly refusals: readonly Refusal[];
};

/** A NACK, in Envoy's words. */
export type Refusal = { readonly stream: StreamStatus; readonly type: string; readonly error: string };

/** Follows how changes reach the streams, while anyone listens. Without a listener it costs nothing. */
export type Progress = {
  /** Runs `work`, which applies changes that arrived at `since` (of performance.now). */
  readonly during: <T>(changes: readonly Change[], since: number, work: () => T) => T;
  /** Wraps the server, to note the keys whose snapshot a change replaced. */
  readonly watch: (server: XdsServer) => XdsServer;
  /** To be called when a stream opens, ends or answers. */
  readonly note: () => void;
  /** Adds a listener to progress, and to `proxies`, which says that the status of some stream changed. Returns a function that removes it. */
  readonly listen: (listener: ProgressListener) => () => void;
  readonly close: () => void;
};

/** Must not throw. */
export type ProgressListener = {
  readonly onProgress: (progress: MeshProgress) => void;
  readonly onProxies: () => void;
};

/** The first looks at the streams are close together, because most answer within milliseconds. Milliseconds. */
const FIRST_LOOKS = 50;
const LATER_LOOKS = 200;
/** How long streams are followed, in milliseconds. */
const LONGEST = 60_000;
/** The most pushes that are followed at once; a further one ends the oldest. */
const MOST_PUSHES = 32;
const MOST_REFUSALS = 20;

type Push = {
  readonly mesh: MeshId;
  readonly revision: number;
  readonly since: number;
  readonly touched: ReadonlySet<number>;
  last: string;
};

/** `streams`: all current streams. */
export function createProgress(streams: () => readonly StreamStatus[]): Progress {
  const listeners = new Set<ProgressListener>();
  let pushes: Push[] = [];
  let keys: Set<string> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let noted: NodeJS.Timeout | undefined;

  const look = (): void => {
    timer = undefined;
    const byId = new Map(streams().map((stream) => [stream.id, stream]));
    const now = Date.now();
    pushes = pushes.filter((push) => {
      const progress = progressOf(push, byId, now);
      const text = JSON.stringify([progress.acknowledged, progress.refused, progress.gone, progress.done]);
      if (text !== push.last) for (const listener of listeners) listener.onProgress(progress);
      push.last = text;
      return !progress.done;
    });
    if (pushes.length === 0 || listeners.size === 0) return;
    const youngest = Math.max(...pushes.map(({ since }) => since));
    timer = setTimeout(look, now - youngest < 1000 ? FIRST_LOOKS : LATER_LOOKS).unref();
  };

  return {
    during(changes, since, work) {
      if (listeners.size === 0) return work();
      keys = new Set();
      try {
        return work();
      } finally {
        const changed = keys;
        keys = undefined;
        const at = Date.now() - (performance.now() - since);
        const touched = streams().filter(({ key }) => changed.has(key));
        pushes.push(...pushesOf(changes, touched, at));
        pushes = pushes.slice(-MOST_PUSHES);
        clearTimeout(timer);
        timer = setTimeout(look, 0).unref();
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
    note() {
      if (listeners.size === 0) return;
      noted ??= setTimeout(() => {
        noted = undefined;
        for (const listener of listeners) listener.onProxies();
      }, 1000).unref();
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      clearTimeout(timer);
      clearTimeout(noted);
      listeners.clear();
    },
  };
}

// A proxy sees resources of its own mesh only, so a mesh's streams are those whose identity names it.
function pushesOf(
  changes: readonly Change[],
  touched: readonly StreamStatus[],
  since: number,
): readonly Push[] {
  const meshes = new Map(changes.map(({ id }) => [meshKey(id), { owner: id.owner, mesh: id.mesh }]));
  const revision = Math.max(...changes.map((change) => change.revision));
  return Array.from(meshes.values(), (mesh) => ({
    mesh,
    revision,
    since,
    touched: new Set(touched.filter(({ key }) => meshNameIn(key) === mesh.mesh).map(({ id }) => id)),
    last: '',
  }));
}

// The key of a configuration is its recipient as JSON: proxy-configs.ts.
function meshNameIn(key: string): string | undefined {
  const { identity } = JSON.parse(key) as { readonly identity?: { readonly mesh?: string } };
  return identity?.mesh;
}

function progressOf(
  { mesh, revision, since, touched }: Push,
  byId: ReadonlyMap<number, StreamStatus>,
  now: number,
): MeshProgress {
  const found = Array.from(touched, (id) => byId.get(id));
  const there = found.filter((stream) => stream !== undefined);
  const refusing = there.filter(({ types }) => types.some(({ settled }) => settled === 'nacked'));
  const acknowledged = there.filter(({ types }) => types.every(({ settled }) => settled === 'acked')).length;
  const gone = touched.size - there.length;
  const refusals = refusing
    .slice(0, MOST_REFUSALS)
    .flatMap((stream) =>
      stream.types.flatMap(({ typeUrl, nacked }) =>
        nacked === undefined ? [] : [{ stream, type: shortName(typeUrl), error: nacked.message }],
      ),
    );
  const answered = acknowledged + refusing.length + gone;
  const done = answered === touched.size || now - since > LONGEST;
  const counts = { touched: touched.size, acknowledged, refused: refusing.length, gone };
  return { mesh, revision, since, ...counts, done, refusals: refusals.slice(0, MOST_REFUSALS) };
}
