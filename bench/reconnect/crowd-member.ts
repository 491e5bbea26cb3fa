// A process of a crowd: holds a share of the ADS clients of `crowd.ts`, and reports over IPC.
import { until } from '../../test/lab/until.ts';
import { FRONT } from '../../test/testing/pair-model.ts';
import { createDeltaClient, type DeltaClient } from '../../xds/client/client.ts';
import { CLUSTER } from '../../xds/types.ts';

/** The order to a process: connect `clients` clients to the first of `planes` (`HOST:PORT`) that accepts them. */
export type MemberOrder = { readonly planes: readonly string[]; readonly clients: number };

/** A report of a process: how many of its clients have a stream, and when (Unix time in milliseconds) attempts began since the last report. */
export type MemberReport = { readonly connected: number; readonly attempts: readonly number[] };

/** How many clients connect at the same time at the start. */
const BATCH = 100;
const REPORT_EVERY_MS = 20;
const CONNECT_LIMIT = { limitMs: 120_000, everyMs: 20 };

process.once('message', (order) => void hold(order as MemberOrder));

async function hold({ planes, clients: wanted }: MemberOrder): Promise<void> {
  const connected = new Set<DeltaClient>();
  let attempts: number[] = [];
  setInterval(() => {
    const report: MemberReport = { connected: connected.size, attempts };
    process.send?.(report);
    attempts = [];
  }, REPORT_EVERY_MS);
  const attempted = (): void => void attempts.push(performance.timeOrigin + performance.now());
  for (let made = 0; made < wanted; ) {
    for (const end = Math.min(wanted, made + BATCH); made < end; made += 1)
      connect(planes, connected, attempted);
    await until('all connected', () => connected.size === made, CONNECT_LIMIT);
  }
}

function connect(planes: readonly string[], connected: Set<DeltaClient>, attempted: () => void): void {
  const client: DeltaClient = createDeltaClient({
    upstreams: planes.map((ads) => {
      const [host = '', port] = ads.split(':');
      return {
        address: { host, port: Number(port) },
        secure: () => {
          attempted();
          return {};
        },
      };
    }),
    node: () => ({ id: FRONT, cluster: FRONT, userAgentName: 'envoy' }),
    versions: () => new Map(),
    onUpdate: (update) => client.answer(update),
    onState: (state) => void (state === 'connected' ? connected.add(client) : connected.delete(client)),
  });
  client.subscribe(CLUSTER, new Set(['*']));
}
