// A process of the benches `reports` and `console`: holds sidecars, each with its ADS stream and its channel, that report load while they are asked.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../../test/lab/until.ts';
import { startReportingAgent } from '../../test/testing/reporting-agent.ts';

/** A sidecar: its `node.id`, the clusters that it reports, and the route configurations that it subscribes to. */
export type Sidecar = {
  readonly node: string;
  readonly clusters: readonly string[];
  readonly routes?: readonly string[];
};

/** The order to a process: its sidecars, at the control plane `HOST:PORT`. */
type SidecarsOrder = { readonly ads: string; readonly sidecars: readonly Sidecar[] };

const PER_PROCESS = 500;
const LIMIT = { limitMs: 300_000, everyMs: 50 };
const BATCH = 50;

/** Connects sidecars, in processes of their own, and returns a function that ends them. */
export async function connectSidecars(ads: string, sidecars: readonly Sidecar[]): Promise<() => void> {
  const children: ChildProcess[] = [];
  for (let first = 0; first < sidecars.length; first += PER_PROCESS) {
    const child = fork(import.meta.filename);
    children.push(child);
    const order: SidecarsOrder = { ads, sidecars: sidecars.slice(first, first + PER_PROCESS) };
    child.send(order);
    await once(child, 'message');
  }
  return () => {
    for (const child of children) child.kill('SIGKILL');
  };
}

if (import.meta.main) {
  process.once('message', (order) => void hold(order as SidecarsOrder));
  // The bench has ended, whatever its end was.
  process.once('disconnect', () => process.exit());
}

async function hold({ ads, sidecars }: SidecarsOrder): Promise<void> {
  let connected = 0;
  let started = 0;
  for (let first = 0; first < sidecars.length; first += BATCH) {
    const batch = sidecars.slice(first, first + BATCH);
    for (const { node, clusters, routes = [] } of batch) {
      startReportingAgent({
        ads,
        node,
        routes,
        counts: () => clusters.map((name) => ({ name, ...anyCounts() })),
        onConnected: () => (connected += 1),
      });
    }
    started += batch.length;
    await until('all connected', () => connected >= started, LIMIT);
  }
  process.send?.('connected');
}

function anyCounts() {
  const requests = Math.floor(Math.random() * 2000);
  return { requests, ok: Math.max(0, requests - 3), errors: Math.min(3, requests), active: 2 };
}
