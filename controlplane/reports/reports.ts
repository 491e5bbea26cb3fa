import { performance } from 'node:perf_hooks';
import { SLOT_SECONDS, type LiveFigures } from '../../common/contracts/reports.ts';
import type { AgentFeed, ConnectedAgent } from '../agents/agents.ts';
import type { Model } from '../mesh/model.ts';
import type { MeshId } from '../mesh/resource.ts';
import { createAgentFeeds, type DropReason } from './agent-feeds.ts';
import { missingOf, type ProxyStream } from './missing.ts';
import { readFigures } from './read-figures.ts';
import { KEPT_SLOTS } from './slots.ts';
import { createWatches, type Watch } from './watches.ts';

/** Live figures of meshes: the last 15 minutes, counted while a reader asks. */
export type Reports = {
  /** Takes the reports of an agent. */
  readonly connected: (agent: ConnectedAgent) => AgentFeed;
  /** Reads the newest slots of a mesh, and watches it for 30 seconds more. Undefined: too many meshes are watched. */
  readonly read: (mesh: MeshId, slots?: number) => LiveFigures | undefined;
  /** Calls `listener` with each slot that ended, until the returned function is called. Undefined: too many meshes are watched. */
  readonly follow: (mesh: MeshId, listener: (figures: LiveFigures) => void) => (() => void) | undefined;
  /** Meshes whose agents are asked to report. */
  readonly watched: () => number;
  readonly close: () => void;
};

/** Inputs of the reports. `now`: a monotonic clock in milliseconds; for tests. */
export type ReportsOptions = {
  readonly model: Model;
  /** The streams of connected proxies. */
  readonly streams: () => readonly ProxyStream[];
  readonly onReport?: () => void;
  readonly onDrop?: (reason: DropReason) => void;
  readonly now?: () => number;
};

/** Creates reports that no reader watches. */
export function createReports({
  model,
  streams,
  onReport = () => undefined,
  onDrop = () => undefined,
  now = () => performance.now(),
}: ReportsOptions): Reports {
  const listeners = new Map<Watch, Set<(figures: LiveFigures) => void>>();
  const feeds = createAgentFeeds({ model, watches: () => watches, now, onReport, onDrop });
  const watches = createWatches({ onAsked: feeds.ask, onSlot: tell }, now);

  function tell(watch: Watch): void {
    const told = listeners.get(watch);
    if (told === undefined || told.size === 0) return;
    const figures = figuresOf(watch, 1);
    for (const listener of told) listener(figures);
  }

  function figuresOf(watch: Watch, slots: number): LiveFigures {
    const { owner, mesh } = watch.mesh;
    const reporting = feeds.reporting(watch.mesh);
    const from = watch.own.kept().last - slots + 1;
    return {
      mesh,
      meshOwner: owner,
      source: 'agents',
      slotSeconds: SLOT_SECONDS,
      ...readFigures(watch.own, from, { wallMs: Date.now(), now: now() }),
      linesLeftOut: watch.own.leftOut(),
      reporting: reporting.size,
      missing: missingOf(watch.mesh, model, streams(), {
        reporting,
        able: new Set(feeds.able(watch.mesh).map(({ peer }) => peer)),
      }),
    };
  }

  return {
    connected(agent) {
      return { ...feeds.connected(agent), latencies: () => undefined };
    },
    read(mesh, slots = KEPT_SLOTS) {
      const watch = watches.extend(mesh);
      return watch && figuresOf(watch, slots);
    },
    follow(mesh, listener) {
      const watch = watches.extend(mesh);
      if (watch === undefined) return undefined;
      const told = listeners.get(watch) ?? new Set();
      listeners.set(watch, told.add(listener));
      watch.streams += 1;
      return () => {
        if (!told.delete(listener)) return;
        watch.streams -= 1;
        if (told.size === 0) listeners.delete(watch);
        watches.extend(mesh);
      };
    },
    watched: () => [...watches.all()].filter(({ isAsked }) => isAsked).length,
    close: watches.close,
  };
}
