import type { ClusterLatencies, LatenciesPart } from '../../../common/contracts/agent-channel/latencies.ts';
import type { AgentFeed, ConnectedAgent } from '../../agents/agent-entry.ts';

/** Questions for latencies to agents, and their answers. */
export type LatencyAsks = {
  readonly connected: (agent: ConnectedAgent) => Pick<AgentFeed, 'latencies' | 'ended'>;
  /** Asks an agent. Undefined: it has not answered in time, or its stream has ended. */
  readonly ask: (
    agent: ConnectedAgent,
    clusters: readonly string[],
  ) => Promise<readonly ClusterLatencies[] | undefined>;
};

/** How long an agent may take. It asks Envoy, which takes some milliseconds for a thousand statistics. */
const LIMIT_MS = 5000;
/** The most clusters of one answer. */
const MOST_CLUSTERS = 1000;

type Pending = {
  readonly peer: string;
  readonly clusters: ClusterLatencies[];
  readonly done: (clusters: readonly ClusterLatencies[] | undefined) => void;
};

/** Creates the table without questions. */
export function createLatencyAsks(limitMs = LIMIT_MS): LatencyAsks {
  const pending = new Map<number, Pending>();
  let last = 0;

  return {
    connected: ({ peer }) => ({
      latencies({ ask, clusters, isLast }: LatenciesPart) {
        const asked = pending.get(ask);
        // The number of another agent's question is no answer.
        if (asked?.peer !== peer) return;
        asked.clusters.push(...clusters.slice(0, MOST_CLUSTERS - asked.clusters.length));
        if (isLast) asked.done(asked.clusters);
      },
      ended() {
        for (const asked of pending.values()) if (asked.peer === peer) asked.done(undefined);
      },
    }),
    ask({ peer, send }, clusters) {
      const { promise, resolve } = Promise.withResolvers<readonly ClusterLatencies[] | undefined>();
      last = (last + 1) % 2 ** 32;
      const number = last;
      const timer = setTimeout(() => done(undefined), limitMs);
      const done = (found: readonly ClusterLatencies[] | undefined): void => {
        clearTimeout(timer);
        pending.delete(number);
        resolve(found);
      };
      pending.set(number, { peer, clusters: [], done });
      send({ kind: 'ask latencies', ask: number, clusters });
      return promise;
    },
  };
}
