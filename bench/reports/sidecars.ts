// A process of the bench `reports`: holds sidecars, each with its ADS stream and its channel, that report load while they are asked.
import { encodeLoad } from '../../common/contracts/agent-channel/load.ts';
import { decodeQuestion } from '../../common/contracts/agent-channel/questions.ts';
import { CONNECT_PATH, encodeAgentMessage } from '../../common/contracts/agent-channel/state.ts';
import { createUnsentLoad } from '../../agent/load/unsent-load.ts';
import { until } from '../../test/lab/until.ts';
import { createDeltaClient } from '../../xds/client/client.ts';
import type { OpenBeside } from '../../xds/client/stream.ts';
import { CLUSTER } from '../../xds/types.ts';
import { clusterName, MESH, nodeName } from './model.ts';

/** The order to a process: sidecars `first` to `first + count - 1`, at the control plane `HOST:PORT`, with that many clusters each. */
export type SidecarsOrder = {
  readonly ads: string;
  readonly first: number;
  readonly count: number;
  readonly nodes: number;
  readonly clusters: number;
};

const LIMIT = { limitMs: 300_000, everyMs: 50 };
const BATCH = 50;

process.once('message', (order) => void hold(order as SidecarsOrder));

async function hold({ ads, first, count, nodes, clusters }: SidecarsOrder): Promise<void> {
  let connected = 0;
  for (let made = 0; made < count; ) {
    for (const end = Math.min(count, made + BATCH); made < end; made += 1)
      connect(ads, (first + made) % nodes, nodes, clusters, () => (connected += 1));
    await until('all connected', () => connected === made, LIMIT);
  }
  process.send?.('connected');
}

function connect(ads: string, node: number, nodes: number, clusters: number, onConnected: () => void): void {
  const [host = '', port] = ads.split(':');
  const id = `mesh/${MESH}/virtualNode/${nodeName(node)}`;
  const client = createDeltaClient({
    upstreams: [{ address: { host, port: Number(port) } }],
    node: () => ({ id, cluster: id, userAgentName: 'envoy' }),
    versions: () => new Map(),
    onUpdate: (update) => client.answer(update),
    onState: () => undefined,
    onConnection(open) {
      report(open, id, namesOf(node, nodes, clusters));
      onConnected();
    },
  });
  client.subscribe(CLUSTER, new Set(['*']));
}

function namesOf(node: number, nodes: number, clusters: number): readonly string[] {
  return Array.from({ length: clusters }, (_, index) => clusterName((node + index + 1) % nodes));
}

function report(open: OpenBeside, id: string, names: readonly string[]): void {
  const unsent = createUnsentLoad();
  let timer: NodeJS.Timeout | undefined;
  const call = open(CONNECT_PATH, {
    onHeaders: () => undefined,
    onMessage(bytes) {
      const question = decodeQuestion(bytes);
      if (question?.kind !== 'watch load') return;
      clearInterval(timer);
      unsent.restart();
      if (question.intervalMs === 0) return;
      timer = setInterval(() => {
        const counts = () => Math.floor(Math.random() * 2000);
        unsent.add({
          coversMs: question.intervalMs,
          clusters: names.map((name) => ({ name, requests: counts(), ok: counts(), errors: 3, active: 2 })),
        });
        for (let load = unsent.take(); load !== undefined; load = unsent.take()) call.write(encodeLoad(load));
      }, question.intervalMs);
    },
    onEnd: () => clearInterval(timer),
  });
  call.write(
    encodeAgentMessage(
      {
        instance: id,
        ready: true,
        draining: false,
        addresses: [],
        agentVersion: '0.1.0',
        envoyVersion: 'envoy 1.40.0',
        runsOn: undefined,
        certificates: [],
        reason: '',
        reportsLoad: true,
        mtlsPorts: [],
        plainCallers: [],
      },
      id,
    ),
  );
}
