import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Log } from '../../common/log.ts';
import type { Latencies } from '../../common/contracts/reports.ts';
import type { AgentFeed, ConnectedAgent } from '../agents/agent-entry.ts';
import type { Model } from '../mesh/model.ts';
import type { MeshId } from '../mesh/resource.ts';
import { createAgentFeeds } from './agent-feeds.ts';
import { createFollowers, type Listener } from './followers.ts';
import type { DropReason } from './take-load.ts';
import { createKeptFigures, type Range } from './figures/kept-figures.ts';
import { missingOf, type ProxyStream } from './missing.ts';
import { openLatencies } from './latencies/open-latencies.ts';
import type { LatencyQuestion } from './latencies/question.ts';
import { KEPT_SLOTS } from './figures/slots.ts';
import { shareReports, type ReplicaStore } from './share-reports.ts';
import { createWatches, type Watch } from './watches.ts';
import type { EncodedFigures } from './figures/write-figures.ts';

/** Live figures of meshes: the last 15 minutes, counted while a reader asks. */
export type Reports = {
  /** Takes the reports of an agent. */
  readonly connected: (agent: ConnectedAgent) => AgentFeed;
  /** Reads the newest slots of a mesh, and watches it for 30 seconds more. Undefined: too many meshes are watched. */
  readonly read: (mesh: MeshId, range?: Range) => EncodedFigures | undefined;
  /** Calls `listener` with each slot that ended, until the returned function is called. Undefined: too many meshes are watched. */
  readonly follow: (mesh: MeshId, listener: Listener) => (() => void) | undefined;
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
  const followers = createFollowers();
  const kept = createKeptFigures(now);
  const feeds = createAgentFeeds({ model, watches: () => watches, now, onReport, onDrop });
  const watches = createWatches({ onAsked: feeds.ask, onSlot: tell }, now);
  const replica = randomUUID();
  const shared = shareReports(store, {
    replica,
    watches: () => watches,
    model,
    now,
    log,
    reporting: (mesh) => feeds.reporting(mesh).size,
  });
  const latencies = openLatencies({
    model,
    store,
    replica,
    log,
    agents: feeds.able,
    others: shared.others,
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
    followers.tell(watch, (slots) => figuresOf(watch, { slots }));
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
      const answers = latencies.connected(agent);
      return {
        ...feed,
        latencies: answers.latencies,
        ended() {
          feed.ended();
          answers.ended();
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
      const stop = followers.add(watch, listener);
      return () => {
        if (stop()) watches.extend(mesh);
      };
    },
    latencies: latencies.answer,
    watched: () => [...watches.all()].filter(({ isAsked }) => isAsked).length,
    close() {
      shared.close();
      latencies.close();
      watches.close();
    },
  };
}

const ALL: Range = { slots: KEPT_SLOTS };

const ALONE: ReplicaStore = {
  isShared: false,
  announce: async () => undefined,
  onAnnouncement: () => () => undefined,
};
