import { createLatencyAnswers } from '../../agent/load/latency-answers.ts';
import type { ReportedCluster } from '../../agent/load/read-report.ts';
import { createUnsentLoad } from '../../agent/load/unsent-load.ts';
import { encodeLoad } from '../../common/contracts/agent-channel/load.ts';
import { decodeQuestion } from '../../common/contracts/agent-channel/questions.ts';
import {
  CONNECT_PATH,
  encodeAgentMessage,
  type AgentState,
} from '../../common/contracts/agent-channel/state.ts';
import { createLog } from '../../common/log.ts';
import { agentState } from '../../common/contracts/agent-channel/testing/agent-state.ts';
import { createDeltaClient } from '../../xds/client/client.ts';
import type { OpenBeside } from '../../xds/client/stream.ts';
import { CLUSTER, LISTENER, ROUTES } from '../../xds/types.ts';

/** The parts of an agent that live figures are about: its ADS stream, which accepts everything, and its channel. Without an Envoy. */
export type ReportingAgent = {
  /** The intervals that the control plane has asked for, in milliseconds, oldest first; 0: not to report. */
  readonly asked: () => readonly number[];
  readonly close: () => void;
};

/** Options of such an agent. */
export type ReportingAgentOptions = {
  /** The control plane, `HOST:PORT`. */
  readonly ads: string;
  /** Its `node.id`. */
  readonly node: string;
  /** Parts of the state that it reports. */
  readonly state?: Partial<AgentState>;
  /** Returns its report for one interval. */
  readonly counts: () => readonly ReportedCluster[];
  /** Returns what its Envoy's admin interface answers to a question for statistics. Default: it does not answer. */
  readonly statistics?: () => string;
  /** Route configurations that it subscribes to, beside all clusters and listeners. Default: only clusters. */
  readonly routes?: readonly string[];
  readonly onConnected?: () => void;
};

const log = createLog('test', 'silent');

/** Starts an agent that reports its load in each interval while it is asked, as agents do. */
export function startReportingAgent(options: ReportingAgentOptions): ReportingAgent {
  const { ads, node, state = {}, routes = [], onConnected = () => undefined, statistics } = options;
  const admin = { ask: async () => statistics?.() ?? Promise.reject(new Error('there is no Envoy')) };
  const [host = '', port] = ads.split(':');
  const asked: number[] = [];
  let timer: NodeJS.Timeout | undefined;
  const client = createDeltaClient({
    upstreams: [{ address: { host, port: Number(port) } }],
    node: () => ({ id: node, cluster: node, userAgentName: 'envoy' }),
    versions: () => new Map(),
    onUpdate: (update) => client.answer(update),
    onState: () => undefined,
    onConnection(open) {
      report(open);
      onConnected();
    },
  });
  client.subscribe(CLUSTER, new Set(['*']));
  if (routes.length > 0) {
    client.subscribe(LISTENER, new Set(['*']));
    client.subscribe(ROUTES, new Set(routes));
  }

  function report(open: OpenBeside): void {
    const unsent = createUnsentLoad();
    const answerLatencies = createLatencyAnswers(admin, (message) => call.write(message), log);
    const call = open(CONNECT_PATH, {
      onHeaders: () => undefined,
      onMessage(bytes) {
        const question = decodeQuestion(bytes);
        if (question?.kind === 'ask latencies') answerLatencies(question);
        if (question?.kind !== 'watch load') return;
        const { intervalMs } = question;
        asked.push(intervalMs);
        clearInterval(timer);
        unsent.restart();
        if (intervalMs === 0) return;
        timer = setInterval(() => {
          unsent.add({ coversMs: intervalMs, clusters: options.counts() });
          for (let load = unsent.take(); load !== undefined; load = unsent.take())
            call.write(encodeLoad(load));
        }, intervalMs);
      },
      onEnd: () => clearInterval(timer),
    });
    call.write(encodeAgentMessage(agentState({ instance: node, ...state }), node));
  }

  return {
    asked: () => asked,
    close() {
      clearInterval(timer);
      client.close();
    },
  };
}
