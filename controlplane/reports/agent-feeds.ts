import { MOST_CLUSTERS, NUMBERS, type ReceivedLoad } from '../../common/contracts/agent-channel/load.ts';
import { SLOT_SECONDS } from '../../common/contracts/reports.ts';
import { meshOwner } from '../ads/identity.ts';
import type { AgentFeed, ConnectedAgent } from '../agents/agent-entry.ts';
import type { Model } from '../mesh/model.ts';
import type { MeshId } from '../mesh/resource.ts';
import { lineOf } from './lines.ts';
import type { Caller, Line, MeshFigures } from './mesh-figures.ts';
import { portionsOf, slotAt, type Portion } from './slots.ts';
import type { Watch, Watches } from './watches.ts';

/** Why a part of a report is not in the figures. */
export type DropReason = 'unasked' | 'implausible' | 'unknown' | 'too many';

/** The agents that can report, and their reports. */
export type AgentFeeds = {
  readonly connected: (agent: ConnectedAgent) => Pick<AgentFeed, 'state' | 'load' | 'ended'>;
  /** The agents of a mesh that say that they can report. */
  readonly able: (mesh: MeshId) => readonly ConnectedAgent[];
  /** Asks the agents of a mesh to report, or not to. */
  readonly ask: (watch: Watch) => void;
  /** Peers of the agents of a mesh that have reported within three slots. */
  readonly reporting: (mesh: MeshId) => ReadonlySet<string>;
};

/** Inputs of the feeds. */
export type AgentFeedsOptions = {
  readonly model: Model;
  readonly watches: () => Watches;
  readonly now: () => number;
  readonly onReport: () => void;
  readonly onDrop: (reason: DropReason) => void;
};

/** More requests a second on one cluster of one proxy are no figure of an Envoy. */
const MOST_REQUESTS_A_SECOND = 1_000_000;
/** Slots after which an agent that was asked counts as silent. */
const SILENT_SLOTS = 3;

/** `lines`: by the numbers that the agent gives to its clusters. A cluster of no line is undefined. */
type Asked = {
  readonly figures: MeshFigures;
  readonly caller: Caller | undefined;
  readonly lines: (Line | undefined)[];
  portions: readonly Portion[];
  reportedAt: number | undefined;
};
type Feed = { readonly agent: ConnectedAgent; isAble: boolean; asked: Asked | undefined };

/** Creates the feeds without agents. */
export function createAgentFeeds({ model, watches, now, onReport, onDrop }: AgentFeedsOptions): AgentFeeds {
  const feeds = new Set<Feed>();

  /** The mesh may be made, or made again by another account, while its agents are connected. */
  const meshOf = ({ identity }: ConnectedAgent): MeshId | undefined => {
    const owner = meshOwner(model, identity);
    return owner === undefined ? undefined : { owner, mesh: identity.mesh };
  };

  function ofMesh({ owner, mesh }: MeshId): readonly Feed[] {
    return [...feeds].filter(({ agent, isAble }) => {
      const of = isAble ? meshOf(agent) : undefined;
      return of?.mesh === mesh && of.owner === owner;
    });
  }

  function ask(feed: Feed, watch: Watch): void {
    const { agent } = feed;
    const { kind, name } = agent.identity;
    const caller = watch.own.caller({ kind, name });
    feed.asked = watch.isAsked
      ? { figures: watch.own, caller, lines: [], portions: [], reportedAt: undefined }
      : undefined;
    agent.send({ kind: 'watch load', intervalMs: watch.isAsked ? SLOT_SECONDS * 1000 : 0 });
  }

  function take({ agent, asked }: Feed, { coversMs, names, counters, clusters }: ReceivedLoad): void {
    const mesh = meshOf(agent);
    if (asked?.caller === undefined || mesh === undefined) return onDrop('unasked');
    onReport();
    const at = now();
    const { figures, caller, lines } = asked;
    figures.advance(slotAt(at));
    for (const name of names) {
      if (lines.length >= MOST_CLUSTERS) return onDrop('too many');
      lines.push(caller.lines.get(name) ?? newLine(mesh, figures, caller, name));
    }
    if (coversMs > 0) {
      asked.portions = portionsOf(coversMs, at);
      asked.reportedAt = at;
      figures.addReported(caller, asked.portions);
    }
    const most = (MOST_REQUESTS_A_SECOND * Math.max(coversMs, SLOT_SECONDS * 1000)) / 1000;
    for (let first = 0; first < clusters * NUMBERS; first += NUMBERS) {
      const number = counters[first] ?? 0;
      const requests = counters[first + 1] ?? 0;
      const errors = counters[first + 3] ?? 0;
      const active = counters[first + 4] ?? 0;
      const line = lines[number];
      if (number >= lines.length) onDrop('unknown');
      else if (Math.max(requests, errors, active) > most) onDrop('implausible');
      else if (line !== undefined) figures.addCounts(line, { requests, errors, active }, asked.portions);
    }
  }

  function newLine(mesh: MeshId, figures: MeshFigures, caller: Caller, name: string): Line | undefined {
    const id = lineOf(mesh, caller.id, name, model);
    const line = id && figures.line(caller, id);
    if (id !== undefined && line === undefined) onDrop('too many');
    return line;
  }

  return {
    connected(agent) {
      const feed: Feed = { agent, isAble: false, asked: undefined };
      feeds.add(feed);
      return {
        state({ reportsLoad }) {
          const isNew = reportsLoad && !feed.isAble;
          feed.isAble = reportsLoad;
          const mesh = isNew ? meshOf(agent) : undefined;
          const watch = mesh && watches().of(mesh);
          if (watch?.isAsked === true) ask(feed, watch);
        },
        load: (load) => take(feed, load),
        ended: () => void feeds.delete(feed),
      };
    },
    able: (mesh) => ofMesh(mesh).map(({ agent }) => agent),
    ask(watch) {
      for (const feed of ofMesh(watch.mesh)) ask(feed, watch);
    },
    reporting(mesh) {
      const since = now() - SILENT_SLOTS * SLOT_SECONDS * 1000;
      const recent = ofMesh(mesh).filter(({ asked }) => (asked?.reportedAt ?? -Infinity) >= since);
      return new Set(recent.map(({ agent }) => agent.peer));
    },
  };
}
