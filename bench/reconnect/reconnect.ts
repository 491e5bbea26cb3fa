// Measures how soon agents are served again after a failure, and the load when many reconnect at the same time.
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../test/lab/until.ts';
import { openEndpointsScene, type EndpointsScene } from '../../test/testing/endpoints-scene.ts';
import { readRounds, type BenchRow, type RunBench } from '../figures/bench.ts';
import { loseServer, type CrowdOutcome } from './crowd.ts';
import { percentile } from '../figures/percentile.ts';

const ROUNDS = 3;
/** Sizes of the crowds. */
const CROWDS = [500, 5000];
const PARTITION_MS = 60_000;
const LIMIT = { limitMs: 120_000, everyMs: 20 };

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
  for (const clients of CROWDS) {
    const what = `${clients} clients lose their control plane`;
    say(`${what}: ${rounds} rounds`);
    const crowds = await times(rounds, () => loseServer(clients));
    const of = (member: keyof CrowdOutcome): readonly number[] => crowds.map((crowd) => crowd[member]);
    rows.push(
      row(`${what}: attempts in the busiest 100 ms`, '', of('busiest')),
      row(`${what}: attempts a client`, '', of('attempts')),
      row(`${what}: until the last is at the other`, 's', of('seconds')),
    );
  }
  return { rows, notes: ['500 clients a process. All of them share the machine with both control planes.'] };
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

async function times<T>(count: number, measure: () => Promise<T>): Promise<readonly T[]> {
  const found: T[] = [];
  while (found.length < count) found.push(await measure());
  return found;
}

function row(what: string, unit: string, values: readonly number[]): BenchRow {
  return { what, unit, ours: percentile(values, 0.5) };
}
