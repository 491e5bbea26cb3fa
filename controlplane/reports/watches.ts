import type { MeshId } from '../mesh/resource.ts';
import { createMeshFigures, type MeshFigures } from './figures/mesh-figures.ts';
import { KEPT_SLOTS, slotAt, SLOT_MS } from './figures/slots.ts';
import { createSlotTimer } from './slot-timer.ts';

/** A mesh that is watched, or was until less than 15 minutes ago. */
export type Watch = {
  readonly mesh: MeshId;
  /** Of this replica's own agents. */
  readonly own: MeshFigures;
  /** Of the agents of all other replicas. */
  readonly others: MeshFigures;
  /** Whether agents are asked to report. */
  isAsked: boolean;
  /** Open streams of figures. */
  streams: number;
  /** Until when the watch goes on without a stream, by the monotonic clock in milliseconds. */
  until: number;
  /** The same, for readers of other replicas. */
  othersUntil: number;
};

/** The watched meshes. */
export type Watches = {
  /** Returns the watch of a mesh. Undefined: the mesh is not watched. */
  readonly of: (mesh: MeshId) => Watch | undefined;
  readonly all: () => Iterable<Watch>;
  /** Watches a mesh for 30 seconds more. Undefined: too many meshes are watched. */
  readonly extend: (mesh: MeshId) => Watch | undefined;
  /** Watches a mesh for the readers of another replica. */
  readonly extendForOthers: (mesh: MeshId, forMs: number) => void;
  /** Whether a reader of this replica watches. */
  readonly isLocal: (watch: Watch) => boolean;
  readonly close: () => void;
};

/** Events of watches. */
export type WatchEvents = {
  /** Agents are to report from now on, or no longer. */
  readonly onAsked: (watch: Watch) => void;
  /** A slot ended: the one that can be read now. */
  readonly onSlot: (watch: Watch) => void;
};

/** How long a watch goes on after its last reader. */
const LINGER_MS = 30_000;
/** The most meshes with figures: their memory is bounded by 28 MB each, if each is as large as can be and has many replicas. */
export const MOST_MESHES = 16;

/** Creates the table. `now`: a monotonic clock in milliseconds; for tests. No timer runs while no mesh has figures. */
export function createWatches(events: WatchEvents, now: () => number): Watches {
  const watches = new Map<string, Watch>();
  const timer = createSlotTimer(tick, now);
  let isClosed = false;

  function tick(): void {
    const at = now();
    for (const [key, watch] of watches) {
      watch.own.advance(slotAt(at));
      watch.others.advance(slotAt(at));
      const isWanted = isLocal(watch) || at < watch.othersUntil;
      if (watch.isAsked && !isWanted) ask(watch, false);
      if (watch.isAsked) events.onSlot(watch);
      else if (at > Math.max(watch.until, watch.othersUntil) + KEPT_SLOTS * SLOT_MS) watches.delete(key);
    }
    if (watches.size > 0) timer.arm();
  }

  function ask(watch: Watch, isAsked: boolean): void {
    if (watch.isAsked === isAsked) return;
    watch.isAsked = isAsked;
    events.onAsked(watch);
  }

  const isLocal = ({ streams, until }: Watch): boolean => streams > 0 || now() < until;

  function open(mesh: MeshId): Watch | undefined {
    const key = keyOf(mesh);
    const slot = slotAt(now());
    const known = watches.get(key);
    if (known !== undefined) {
      known.own.advance(slot);
      known.others.advance(slot);
      return known;
    }
    if (isClosed || (watches.size >= MOST_MESHES && !makeRoom())) return undefined;
    const [own, others] = [createMeshFigures(slot), createMeshFigures(slot)];
    const watch = { mesh, own, others, isAsked: false, streams: 0, until: 0, othersUntil: 0 };
    watches.set(key, watch);
    return watch;
  }

  function begin(watch: Watch): void {
    ask(watch, true);
    timer.arm();
  }

  return {
    of: (mesh) => watches.get(keyOf(mesh)),
    all: () => watches.values(),
    extend(mesh) {
      const watch = open(mesh);
      if (watch === undefined) return undefined;
      watch.until = Math.max(watch.until, now() + LINGER_MS);
      begin(watch);
      return watch;
    },
    extendForOthers(mesh, forMs) {
      const watch = open(mesh);
      if (watch === undefined) return;
      watch.othersUntil = Math.max(watch.othersUntil, now() + forMs);
      begin(watch);
    },
    isLocal,
    close() {
      isClosed = true;
      timer.close();
      watches.clear();
    },
  };

  /** Figures without a reader make room. */
  function makeRoom(): boolean {
    const idle = [...watches].find(([, { isAsked }]) => !isAsked);
    return idle !== undefined && watches.delete(idle[0]);
  }
}

function keyOf({ owner, mesh }: MeshId): string {
  return `${owner}/${mesh}`;
}
