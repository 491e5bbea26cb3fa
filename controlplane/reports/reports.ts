import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Log } from '../../common/log.ts';
import type { Latencies } from '../../common/contracts/reports.ts';
import type { AgentFeed, ConnectedAgent } from '../agents/agent-entry.ts';
import type { Model } from '../mesh/model.ts';
import type { MeshId } from '../mesh/resource.ts';
import { createAgentFeeds } from './agent-feeds.ts';
import type { DropReason } from './take-load.ts';
import { createKeptFigures, type Range } from './kept-figures.ts';
import { createLatencyAsks } from './latencies/latency-asks.ts';
import { missingOf, type ProxyStream } from './missing.ts';
import { latenciesOf } from './latencies/latency-parts.ts';
import { askedAgents, type LatencyQuestion } from './latencies/question.ts';
import { readLatencies } from './latencies/read-latencies.ts';
import { shareLatencies } from './latencies/share-latencies.ts';
import { KEPT_SLOTS } from './slots.ts';
import { shareReports, type ReplicaStore } from './share-reports.ts';
import { createWatches, type Watch } from './watches.ts';
import type { EncodedFigures } from './write-figures.ts';

/** Live figures of meshes: the last 15 minutes, counted while a reader asks. */
export type Reports = {
  /** Takes the reports of an agent. */
  readonly connected: (agent: ConnectedAgent) => AgentFeed;
  /** Reads the newest slots of a mesh, and watches it for 30 seconds more. Undefined: too many meshes are watched. */
  readonly read: (mesh: MeshId, range?: Range) => EncodedFigures | undefined;
  /** Calls `listener` with each slot that ended, until the returned function is called. Undefined: too many meshes are watched. */
  readonly follow: (mesh: MeshId, listener: (figures: EncodedFigures) => void) => (() => void) | undefined;
  /** Asks agents for latencies, those of other replicas too. */
  readonly latencies: (question: LatencyQuestion) => Promise<Latencies>;
  /** Meshes whose agents are asked to report. */
  readonly watched: () => number;
  readonly close: () => void;
};

/** Inputs of the reports. `now`: a monotonic clock in milliseconds; for tests. */
export type ReportsOptions = {
  readonly model: Model;
  /** The streams of connected proxies. */
  readonly streams: () => readonly ProxyStream[];
  /** Default: no other replica. */
  readonly store?: ReplicaStore;
  readonly log: Log;
  readonly onReport?: () => void;
  readonly onDrop?: (reason: DropReason) => void;
  readonly now?: () => number;
};

/** Creates reports that no reader watches. */
export function createReports({
  model,
  streams,
  store = ALONE,
  log,
  onReport = () => undefined,
  onDrop = () => undefined,
  now = () => performance.now(),
}: ReportsOptions): Reports {
  const listeners = new Map<Watch, Set<(figures: EncodedFigures) => void>>();
  const kept = createKeptFigures(now);
  const asks = createLatencyAsks();
  const feeds = createAgentFeeds({ model, watches: () => watches, now, onReport, onDrop });
  const watches = createWatches({ onAsked: feeds.ask, onSlot: tell }, now);
  const replica = randomUUID();
  const own = (question: LatencyQuestion) => {
    const agents = askedAgents(question, feeds.able(question.mesh));
    return { proxies: agents.length, read: () => readLatencies(asks, agents, question) };
  };
  const sharedLatencies = shareLatencies(store, { replica, own, log });
  const shared = shareReports(store, {
    replica,
    watches: () => watches,
    model,
    now,
    log,
    reporting: (mesh) => feeds.reporting(mesh).size,
  });

  /** Other replicas learn at once that a reader has come; later, with each slot. */
  function want(mesh: MeshId): Watch | undefined {
    const before = watches.of(mesh);
    const wasLocal = before !== undefined && watches.isLocal(before);
    const watch = watches.extend(mesh);
    if (watch !== undefined && !wasLocal) shared.wanted(watch);
    return watch;
  }

  function tell(watch: Watch): void {
    shared.slot(watch);
    const told = listeners.get(watch);
    if (told === undefined || told.size === 0) return;
    const figures = figuresOf(watch, NEWEST);
    for (const listener of told) listener(figures);
  }

  function figuresOf(watch: Watch, range: Range): EncodedFigures {
    const reporting = feeds.reporting(watch.mesh);
    const others = shared.others(watch.mesh);
    const able = new Set(feeds.able(watch.mesh).map(({ peer }) => peer));
    const missing = missingOf(watch.mesh, model, streams(), { reporting, able });
    return kept.figuresOf(watch, range, {
      reporting: reporting.size + others.reporting,
      missing: [...others.missing, ...missing],
    });
  }

  return {
    connected(agent) {
      const feed = feeds.connected(agent);
      const { latencies, ended } = asks.connected(agent);
      return {
        ...feed,
        latencies,
        ended() {
          feed.ended();
          ended();
        },
      };
    },
    read(mesh, range = ALL) {
      const watch = want(mesh);
      return watch && figuresOf(watch, range);
    },
    follow(mesh, listener) {
      const watch = want(mesh);
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
    async latencies(question) {
      const { proxies, read } = own(question);
      // The address of a proxy is at one replica.
      const isHere = question.proxies.kind === 'proxy' && proxies > 0;
      const { replicas, missing } = shared.others(question.mesh);
      const [here, elsewhere] = await Promise.all([
        read(),
        isHere ? [] : sharedLatencies.ask(question, replicas),
      ]);
      const silent = { parts: [], reporting: 0, missing: isHere ? [] : missing };
      return latenciesOf(question, model, [here, ...elsewhere, silent]);
    },
    watched: () => [...watches.all()].filter(({ isAsked }) => isAsked).length,
    close() {
      shared.close();
      sharedLatencies.close();
      watches.close();
    },
  };
}

const NEWEST: Range = { slots: 1 };
const ALL: Range = { slots: KEPT_SLOTS };

const ALONE: ReplicaStore = {
  isShared: false,
  announce: async () => undefined,
  onAnnouncement: () => () => undefined,
};
