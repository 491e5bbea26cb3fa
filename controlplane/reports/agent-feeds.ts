import type { ReceivedLoad } from '../../common/contracts/agent-channel/load.ts';
import { SLOT_SECONDS } from '../../common/contracts/reports.ts';
import { meshOwner } from '../ads/identity.ts';
import type { AgentFeed, ConnectedAgent } from '../agents/agent-entry.ts';
import type { Model } from '../mesh/model.ts';
import type { MeshId } from '../mesh/resource.ts';
import { takeLoad, type AskedLoad, type DropReason } from './take-load.ts';
import type { Watch, Watches } from './watches.ts';

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

/** Slots after which an agent that was asked counts as silent. */
const SILENT_SLOTS = 3;

type Feed = { readonly agent: ConnectedAgent; isAble: boolean; asked: AskedLoad | undefined };

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
    feed.asked =
      watch.isAsked && caller !== undefined
        ? { figures: watch.own, caller, lines: [], portions: [], reportedAt: undefined }
        : undefined;
    agent.send({ kind: 'watch load', intervalMs: watch.isAsked ? SLOT_SECONDS * 1000 : 0 });
  }

  function take({ agent, asked }: Feed, load: ReceivedLoad): void {
    const mesh = meshOf(agent);
    if (asked === undefined || mesh === undefined) return onDrop('unasked');
    onReport();
    takeLoad(asked, load, { mesh, model, at: now(), onDrop });
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
