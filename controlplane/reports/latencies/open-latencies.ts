import type { Log } from '../../../common/log.ts';
import type { Latencies } from '../../../common/contracts/reports.ts';
import type { AgentFeed, ConnectedAgent } from '../../agents/agent-entry.ts';
import type { Model } from '../../mesh/model.ts';
import type { MeshId } from '../../mesh/resource.ts';
import type { ReplicaStore, SharedReports } from '../share-reports.ts';
import { createLatencyAsks } from './latency-asks.ts';
import { latenciesOf } from './latency-parts.ts';
import { askedAgents, type LatencyQuestion } from './question.ts';
import { readLatencies } from './read-latencies.ts';
import { shareLatencies } from './share-latencies.ts';

/** Latencies of meshes, read from Envoys on demand. */
export type LatencyReports = {
  /** Takes the answers of an agent. */
  readonly connected: (agent: ConnectedAgent) => Pick<AgentFeed, 'latencies' | 'ended'>;
  /** Asks the agents that a question is for, those of other replicas too. */
  readonly answer: (question: LatencyQuestion) => Promise<Latencies>;
  readonly close: () => void;
};

/** Inputs. `replica`: the name of this replica. `agents`: the agents of a mesh that can answer. `others`: the replicas that this one knows. */
export type LatencyReportsOptions = {
  readonly model: Model;
  readonly store: ReplicaStore;
  readonly replica: string;
  readonly log: Log;
  readonly agents: (mesh: MeshId) => readonly ConnectedAgent[];
  readonly others: SharedReports['others'];
};

/** Creates the reports, and answers other replicas from now on. */
export function openLatencies({
  model,
  store,
  replica,
  log,
  agents,
  others,
}: LatencyReportsOptions): LatencyReports {
  const asks = createLatencyAsks();
  const own = (question: LatencyQuestion) => {
    const asked = askedAgents(question, agents(question.mesh));
    return { proxies: asked.length, read: () => readLatencies(asks, asked, question) };
  };
  const shared = shareLatencies(store, { replica, own, log });

  return {
    connected: asks.connected,
    async answer(question) {
      const { proxies, read } = own(question);
      // The address of a proxy is at one replica.
      if (question.proxies.kind === 'proxy' && proxies > 0)
        return latenciesOf(question, model, [await read()]);
      const { replicas, missing } = others(question.mesh);
      const [here, elsewhere] = await Promise.all([read(), shared.ask(question, replicas)]);
      // Replicas without figures for long are not waited for, but one may answer all the same.
      const heard = new Set(elsewhere.map(({ replica: other }) => other));
      const silent = missing.filter((each) => each.reason !== 'replica' || !heard.has(each.replica));
      return latenciesOf(question, model, [here, ...elsewhere, { parts: [], reporting: 0, missing: silent }]);
    },
    close: shared.close,
  };
}
