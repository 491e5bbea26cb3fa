import {
  MOST_ANSWERED_CLUSTERS,
  type ClusterLatencies,
  type LatenciesPart,
} from '../../../common/contracts/agent-channel/latencies.ts';
import type { AgentFeed, ConnectedAgent } from '../../agents/agent-entry.ts';

/** Questions for latencies to agents, and their answers. */
export type LatencyAsks = {
  readonly connected: (agent: ConnectedAgent) => Pick<AgentFeed, 'latencies' | 'ended'>;
  /**
   * Asks an agent. Those who ask the same while it answers share the answer; an agent takes one question at a time, so another question
   * waits. Undefined: it has not answered in time, cannot, or its stream has ended, or too many questions wait for it.
   */
  readonly ask: (agent: ConnectedAgent, clusters: readonly string[]) => Promise<Answer>;
};

type Answer = readonly ClusterLatencies[] | undefined;

/** How long a question may take, with the time that it waits for others. An agent asks Envoy, which takes some milliseconds for a thousand statistics. */
export const ASK_LIMIT_MS = 5000;
/** The most ranges of an answer: an agent sends some 12,000 at most. In memory, they take some 2 MB. */
const MOST_RANGES = 20_000;
/** The most questions of one agent: one that it answers, and those that wait. */
const MOST_QUESTIONS = 8;

type Ask = {
  readonly number: number;
  readonly send: ConnectedAgent['send'];
  readonly clusters: readonly string[];
  readonly found: ClusterLatencies[];
  /** Ranges in `found`. */
  ranges: number;
  readonly answer: Promise<Answer>;
  readonly done: (answer: Answer) => void;
};

/** Creates the table without questions. */
export function createLatencyAsks(limitMs = ASK_LIMIT_MS): LatencyAsks {
  /** By the peers of agents. The first question of each is with the agent. */
  const asked = new Map<string, Ask[]>();
  let last = 0;

  function sendFirst([ask]: readonly Ask[]): void {
    if (ask !== undefined) ask.send({ kind: 'ask latencies', ask: ask.number, clusters: ask.clusters });
  }

  function over(peer: string, ask: Ask): void {
    const asks = asked.get(peer) ?? [];
    const at = asks.indexOf(ask);
    if (at === -1) return;
    asks.splice(at, 1);
    if (asks.length === 0) asked.delete(peer);
    else if (at === 0) sendFirst(asks);
  }

  function create({ peer, send }: ConnectedAgent, clusters: readonly string[]): Ask {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    last = (last + 1) % 2 ** 32;
    const timer = setTimeout(() => ask.done(undefined), limitMs);
    const ask: Ask = {
      number: last,
      send,
      clusters,
      found: [],
      ranges: 0,
      answer: promise,
      done(answer) {
        clearTimeout(timer);
        over(peer, ask);
        resolve(answer);
      },
    };
    return ask;
  }

  return {
    connected: ({ peer }) => ({
      latencies({ ask: number, clusters, isLast, isFailed }: LatenciesPart) {
        // The number of another agent's question, or of one that is over, is no answer.
        const [ask] = asked.get(peer) ?? [];
        if (ask?.number !== number) return;
        for (const cluster of clusters) {
          if (ask.found.length >= MOST_ANSWERED_CLUSTERS) break;
          if (ask.ranges + cluster.ranges.length > MOST_RANGES) break;
          ask.ranges += cluster.ranges.length;
          ask.found.push(cluster);
        }
        if (isLast) ask.done(isFailed ? undefined : ask.found);
      },
      ended() {
        const asks = asked.get(peer) ?? [];
        asked.delete(peer);
        for (const ask of asks) ask.done(undefined);
      },
    }),
    async ask(agent, clusters) {
      const asks = asked.get(agent.peer) ?? [];
      const same = asks.find((each) => isSame(each.clusters, clusters));
      if (same !== undefined) return same.answer;
      if (asks.length >= MOST_QUESTIONS) return undefined;
      const ask = create(agent, clusters);
      asked.set(agent.peer, asks);
      asks.push(ask);
      if (asks.length === 1) sendFirst(asks);
      return ask.answer;
    },
  };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}
