// Measures how soon agents are served again after a failure, and the load when many reconnect at the same time.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { appMeshClient } from '../demo/color-model.ts';
import { bundle } from '../test/lab/bundle.ts';
import { startLocalControlPlane, type LocalControlPlane } from '../test/lab/local-control-plane.ts';
import { until } from '../test/lab/until.ts';
import { openEndpointsScene, type EndpointsScene } from '../test/testing/endpoints-scene.ts';
import { createPair, FRONT } from '../test/testing/pair-model.ts';
import { createDeltaClient, type DeltaClient } from '../xds/client/client.ts';
import { CLUSTER } from '../xds/types.ts';
import { readRounds, type BenchRow, type RunBench } from './bench.ts';
import { percentile } from './statistics.ts';

const ROUNDS = 3;
/** Clients per process. A client in Node costs as much as a stream at the server, so more clients in one process would time out. */
const CLIENTS = 500;
/** How many clients connect at the same time at the start. */
const BATCH = 100;
const PARTITION_MS = 60_000;
const LIMIT = { limitMs: 120_000, everyMs: 20 };
const WINDOW_MS = 100;

/** Runs as many rounds as the argument says (default 3): an agent in a partition and with bad endpoints, then many clients that lose their server. */
export const run: RunBench = async ({ args: [wanted = `${ROUNDS}`], say }) => {
  const rounds = readRounds(wanted, 99);
  const rows: BenchRow[] = [];
  const scene = await openEndpointsScene('bench');
  try {
    for (const [what, measure] of Object.entries(AGENT)) {
      say(`${what}: ${rounds} rounds`);
      rows.push(row(`${what}, median`, 's', await times(rounds, () => measure(scene))));
    }
  } finally {
    await scene.close();
  }
  say(`${CLIENTS} clients lose their control plane: ${rounds} rounds`);
  const crowds = await times(rounds, loseServer);
  const of = (member: keyof Crowd): readonly number[] => crowds.map((crowd) => crowd[member]);
  rows.push(
    row(`${CLIENTS} clients lose their control plane: attempts in the busiest 100 ms`, '', of('busiest')),
    row(`${CLIENTS} clients lose their control plane: attempts a client`, '', of('attempts')),
    row(`${CLIENTS} clients lose their control plane: until the last is at the other`, 's', of('seconds')),
  );
  return { rows, notes: ['All clients are in one process, beside both control planes.'] };
};

const AGENT: Readonly<Record<string, (scene: EndpointsScene) => Promise<number>>> = {
  'LIVE, the first endpoint mute': (scene) =>
    timed(scene, async () => {
      scene.start(scene.mute, scene.control);
      await until('LIVE', scene.isLive, LIMIT);
    }),
  'LIVE, the first endpoint lost in the network': async (scene) => {
    await scene.drop(scene.mute);
    return timed(scene, async () => {
      scene.start(scene.mute, scene.control);
      await until('LIVE', scene.isLive, LIMIT);
    });
  },
  'connected again after a partition of 60 s': async (scene) => {
    scene.start(scene.control);
    await until('LIVE', scene.isLive, LIMIT);
    await scene.drop(scene.control);
    await sleep(PARTITION_MS);
    if ((await scene.connection()) !== 'NOT_CONNECTED') throw new Error('the partition was not noticed');
    return timed(scene, async () => {
      await scene.drop(scene.control, '-D');
      await until('connected', async () => (await scene.connection()) === 'CONNECTED', LIMIT);
    });
  },
};

/** Returns how many seconds `act` takes, and restores the scene. */
async function timed(scene: EndpointsScene, act: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await act();
  const seconds = (performance.now() - from) / 1000;
  await scene.reset();
  return seconds;
}

type Crowd = { readonly busiest: number; readonly attempts: number; readonly seconds: number };

/** Kills the control plane that many clients are connected to. */
async function loseServer(): Promise<Crowd> {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-reconnect-'));
  const { daybreak } = await bundle();
  const [first, second] = await Promise.all(
    ['one', 'two'].map((name) =>
      startLocalControlPlane(['--data', join(folder, name)], { program: daybreak }),
    ),
  );
  if (first === undefined || second === undefined) throw new Error('there are two control planes');
  const attempts: number[] = [];
  const connected = new Set<DeltaClient>();
  const clients: DeltaClient[] = [];
  try {
    for (const { api } of [first, second]) await createPair(appMeshClient(api));
    while (clients.length < CLIENTS) {
      for (let index = 0; index < BATCH; index += 1)
        clients.push(connect([first, second], attempts, connected));
      await until('all connected', () => connected.size === clients.length, LIMIT);
    }
    attempts.length = 0;
    const killedAt = performance.now();
    await first.kill();
    await until('a loss', () => connected.size < CLIENTS, LIMIT);
    await until('all connected', () => connected.size === CLIENTS, LIMIT);
    const seconds = (performance.now() - killedAt) / 1000;
    return { busiest: busiest(attempts), attempts: attempts.length / CLIENTS, seconds };
  } finally {
    for (const client of clients) client.close();
    await Promise.all([first.kill(), second.stop()]);
    await rm(folder, { recursive: true });
  }
}

function connect(
  planes: readonly LocalControlPlane[],
  attempts: number[],
  connected: Set<DeltaClient>,
): DeltaClient {
  const client: DeltaClient = createDeltaClient({
    upstreams: planes.map(({ ads }) => {
      const [host = '', port] = ads.split(':');
      return {
        address: { host, port: Number(port) },
        secure: () => {
          attempts.push(performance.now());
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
  return client;
}

/** Returns the maximum in any `WINDOW_MS`. */
function busiest(sorted: readonly number[]): number {
  let most = 0;
  for (let first = 0, last = 0; last < sorted.length; last += 1) {
    while ((sorted[last] ?? 0) - (sorted[first] ?? 0) >= WINDOW_MS) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

async function times<T>(count: number, measure: () => Promise<T>): Promise<readonly T[]> {
  const found: T[] = [];
  while (found.length < count) found.push(await measure());
  return found;
}

function row(what: string, unit: string, values: readonly number[]): BenchRow {
  return { what, unit, ours: percentile(values, 0.5) };
}
