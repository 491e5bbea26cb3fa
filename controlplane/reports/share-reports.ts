import type { Log } from '../../common/log.ts';
import type { MissingFigures } from '../../common/contracts/reports.ts';
import type { Model } from '../mesh/model.ts';
import type { MeshId } from '../mesh/resource.ts';
import { MOST_ANNOUNCED, type Store } from '../store/store.ts';
import { decodeReports, encodeFigures, encodeWanted, type ReportsAnnouncement } from './announced-figures.ts';
import { lineOf } from './lines.ts';
import { portionsOf, SLOT_MS, slotAt } from './figures/slots.ts';
import { createOutbox } from './outbox.ts';
import { MOST_MESHES, type Watch, type Watches } from './watches.ts';

/** The part of figures that comes from the agents of other replicas. */
export type SharedReports = {
  /** A slot of a watched mesh has ended. */
  readonly slot: (watch: Watch) => void;
  /** A reader of this replica wants figures. */
  readonly wanted: (watch: Watch) => void;
  /** Other replicas: the proxies that report to them, and those that no longer answer. */
  readonly others: (mesh: MeshId) => {
    readonly reporting: number;
    readonly missing: readonly MissingFigures[];
    /** The names of those with proxies that report. */
    readonly replicas: readonly string[];
  };
  readonly close: () => void;
};

/** The part of a store that replicas talk over. */
export type ReplicaStore = Pick<Store, 'isShared' | 'announce' | 'onAnnouncement'>;

/** Inputs of the sharing. `replica`: the name of this one. `reporting`: the proxies of a mesh that report to it. */
export type ShareOptions = {
  readonly replica: string;
  readonly watches: () => Watches;
  readonly model: Model;
  readonly now: () => number;
  readonly log: Log;
  readonly reporting: (mesh: MeshId) => number;
};

/** How long another replica counts its agents after a reader's replica has said that it wants figures, in milliseconds. It says so each slot. */
const WANTED_MS = 25_000;
/** After this time without figures, a replica is missing; after the second, it is gone. In milliseconds. */
const SILENT_MS = 20_000;
const GONE_MS = 120_000;
/** Announcements of a mesh in a slot: 320 kB, some 3,000 lines. */
const MOST_TEXTS = 40;
/** The most other replicas of a mesh, those included that have gone silent. Figures of further ones do not count. */
const MOST_REPLICAS = 64;

type Other = { heardAt: number; reporting: number };

/** Shares the figures of watched meshes with other replicas. Without a shared store, there are none. */
export function shareReports(
  store: ReplicaStore,
  { replica, watches, model, now, log, reporting }: ShareOptions,
): SharedReports {
  if (!store.isShared) return NOT_SHARED;
  // The figures that others announced go with the watch of the mesh.
  const heard = new WeakMap<Watch, Map<string, Other>>();
  const outbox = createOutbox(store, {
    log,
    most: MOST_MESHES * (MOST_TEXTS + 2),
    failure: 'cannot share live figures with the other replicas',
  });
  const sending = new Set<Watch>();

  async function announce(watch: Watch, texts: readonly string[]): Promise<void> {
    // A store that is slower than a slot must not gather the announcements of a mesh: readers see a gap instead.
    if (texts.length === 0 || sending.has(watch)) return;
    sending.add(watch);
    await outbox.send(texts);
    sending.delete(watch);
  }

  function take({ replica: from, mesh, reporting: count, callers, lines }: Figures): void {
    const watch = watches().of(mesh);
    if (watch === undefined || !watch.isAsked) return;
    const at = now();
    const ofMesh = heard.get(watch) ?? new Map<string, Other>();
    heard.set(watch, ofMesh);
    const other = ofMesh.get(from) ?? { heardAt: at, reporting: 0 };
    if (!ofMesh.has(from) && ofMesh.size >= MOST_REPLICAS) return;
    ofMesh.set(from, other);
    other.heardAt = at;
    if (count !== undefined) other.reporting = count;
    addToOthers(watch, { callers, lines }, at, model);
  }

  const stop = store.onAnnouncement((text) => {
    const message = decodeReports(text);
    if (message === undefined || message.replica === replica) return;
    if (message.kind === 'wanted') watches().extendForOthers(message.mesh, WANTED_MS);
    else take(message);
  });

  return {
    slot(watch) {
      const texts = [
        ...(watches().isLocal(watch) ? [encodeWanted(replica, watch.mesh)] : []),
        ...(now() < watch.othersUntil ? textsOf(replica, watch, reporting(watch.mesh)) : []),
      ];
      void announce(watch, texts);
    },
    wanted: (watch) => void announce(watch, [encodeWanted(replica, watch.mesh)]),
    others(mesh) {
      const at = now();
      const watch = watches().of(mesh);
      const ofMesh = (watch && heard.get(watch)) ?? new Map<string, Other>();
      for (const [name, { heardAt }] of ofMesh) if (at - heardAt > GONE_MS) ofMesh.delete(name);
      const all = [...ofMesh];
      const recent = all.filter(([, { heardAt }]) => at - heardAt <= SILENT_MS);
      return {
        reporting: recent.reduce((sum, [, other]) => sum + other.reporting, 0),
        replicas: recent.filter(([, other]) => other.reporting > 0).map(([name]) => name),
        missing: all
          .filter(([, { heardAt }]) => at - heardAt > SILENT_MS)
          .map(([name]) => ({ reason: 'replica', replica: name })),
      };
    },
    close: stop,
  };
}

type Figures = Extract<ReportsAnnouncement, { readonly kind: 'figures' }>;

/** The announcements with the last slot of a mesh, the lines with the most requests first. `count`: the proxies that report. */
function textsOf(replica: string, { mesh, own }: Watch, count: number): readonly string[] {
  const { last } = own.kept();
  const callers = Array.from(own.callers(), (caller) => ({
    from: caller.id,
    reported: own.reported(caller, last),
  }));
  const lines = Array.from(own.lines(), (line) => ({
    from: line.from,
    cluster: line.cluster,
    requests: own.count(line, 'requests', last),
    errors: own.count(line, 'errors', last),
    active: own.count(line, 'active', last),
  }));
  const figures = {
    replica,
    mesh,
    reporting: count,
    callers: callers.filter(({ reported }) => reported > 0),
    lines: lines
      .filter(({ requests, active }) => requests + active > 0)
      .toSorted((a, b) => b.requests - a.requests),
  };
  return encodeFigures(figures, MOST_ANNOUNCED, MOST_TEXTS);
}

/** Adds what another replica has counted to the figures of a watch. */
function addToOthers(
  { mesh, others }: Watch,
  { callers, lines }: Pick<Figures, 'callers' | 'lines'>,
  at: number,
  model: Model,
): void {
  others.advance(slotAt(at));
  const portions = portionsOf(SLOT_MS, at);
  for (const { from: id, reported } of callers) {
    const caller = others.caller(id);
    if (caller === undefined) continue;
    const scaled = portions.map((portion) => ({ ...portion, filled: portion.filled * reported }));
    others.addReported(caller, scaled);
  }
  for (const { from: id, cluster, ...counts } of lines) {
    const caller = others.caller(id);
    const lineId = lineOf(mesh, id, cluster, model);
    const line = caller && lineId && others.line(caller, lineId);
    if (line !== undefined) others.addCounts(line, counts, portions);
  }
}

const NOT_SHARED: SharedReports = {
  slot: () => undefined,
  wanted: () => undefined,
  others: () => ({ reporting: 0, missing: [], replicas: [] }),
  close: () => undefined,
};
