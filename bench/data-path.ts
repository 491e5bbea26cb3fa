// Measures the cost of two sidecars per request, compared with the same two Envoys with the smallest configuration that forwards requests.
import { join } from 'node:path';
import { appMeshClient } from '../demo/color-model.ts';
import { askFrom } from '../test/lab/clients/ask.ts';
import { startControlPlane } from '../test/lab/programs/control-plane.ts';
import type { Host } from '../test/lab/host.ts';
import { createLab, type Lab } from '../test/lab/lab.ts';
import { startSidecar, writeRules } from '../test/lab/programs/sidecar.ts';
import { stage, type Stage } from '../test/lab/stage.ts';
import { until } from '../test/lab/until.ts';
import { createPair, FRONT, PAIR } from '../test/testing/pair-model.ts';
import { readRounds, type BenchRow, type RunBench } from './bench.ts';
import { startSmallestEnvoy } from './data-path/smallest-envoy.ts';
import { cpuMs } from './push/process-cost.ts';
import { percentile } from './statistics.ts';

const ROUNDS = 5;
const SECONDS = 5;
const PARALLEL = 4;
const PORT = 9080;
const APP = join(import.meta.dirname, '../demo/apps/colorteller.ts');
const CALLER = join(import.meta.dirname, 'data-path/caller-program.ts');

/** A caller's and a target's host with an Envoy each. */
type Path = { readonly front: Host; readonly back: Host; readonly envoys: readonly number[] };
type Round = {
  readonly requests: number;
  readonly median: number;
  readonly late: number;
  /** CPU of both Envoys per request, in microseconds. */
  readonly cpu: number;
};

/** Runs as many rounds as the argument says (default 5), alternately ours and the peer's. */
export const run: RunBench = async ({ args: [wanted = `${ROUNDS}`], say }) => {
  const rounds = readRounds(wanted, 99);
  const lab = await createLab({ name: 'bench' });
  try {
    const programs = await stage(lab);
    const paths = { ours: await sidecars(lab, programs), peer: await smallest(lab, programs) };
    const found: Record<keyof typeof paths, Round[]> = { ours: [], peer: [] };
    for (const path of Object.values(paths)) await load(path, programs, 1);
    for (let round = 1; round <= rounds; round += 1) {
      say(`round ${round} of ${rounds}`);
      for (const name of ['ours', 'peer'] as const) {
        found[name].push(await load(paths[name], programs, SECONDS));
      }
    }
    return { rows: rowsOf(found), notes: NOTES };
  } finally {
    await lab.close();
  }
};

const NOTES = [
  `${PARALLEL} connections; a caller, two Envoys with one worker each, and the application, all behind the same rules.`,
  'Peer: the same Envoys, each with one static listener, one route and one cluster. Medians of the rounds.',
];

async function sidecars(lab: Lab, programs: Stage): Promise<Path> {
  const control = await lab.host('control', { dns: ['back.local'] });
  const { endpoint, xds } = await startControlPlane(control, programs);
  const client = appMeshClient(endpoint);
  await createPair(client);
  client.destroy();
  const back = await target(lab, programs, 'back', ['first.local']);
  const front = await lab.host('front', { dns: ['front.local'] });
  const env = { ENVOY_CONCURRENCY: '1', ENVOY_LOG_LEVEL: 'warning' };
  await startSidecar(back, programs, {
    resource: `mesh/${PAIR}/virtualNode/back`,
    xds,
    appPorts: `${PORT}`,
    env,
  });
  await startSidecar(front, programs, { resource: FRONT, xds, appPorts: '', env });
  await untilAnswers(front, back);
  return { front, back, envoys: [await envoyOf(front), await envoyOf(back)] };
}

async function smallest(lab: Lab, programs: Stage): Promise<Path> {
  const back = await target(lab, programs, 'plain-back', []);
  const front = await lab.host('plain-front');
  await writeRules(back, programs, `${PORT}`);
  await writeRules(front, programs, '');
  const envoys = [
    startSmallestEnvoy(front, programs, { listenOn: 15_001, target: `${back.address}:${PORT}` }),
    startSmallestEnvoy(back, programs, { listenOn: 15_000, target: `127.0.0.1:${PORT}` }),
  ];
  await untilAnswers(front, back);
  return { front, back, envoys: envoys.map(({ pid }) => pid) };
}

async function target(lab: Lab, { node }: Stage, name: string, dns: readonly string[]): Promise<Host> {
  const host = await lab.host(name, { dns });
  host.spawn('app', node, [APP], { env: { COLOR: 'blue' } });
  return host;
}

async function untilAnswers(front: Host, back: Host): Promise<void> {
  const headers = { host: `back.local:${PORT}` };
  await until('an answer through both Envoys', async () => {
    const answer = await askFrom(front, `http://${back.address}:${PORT}/`, { headers });
    return 'status' in answer && answer.status === 200;
  });
}

async function envoyOf(host: Host): Promise<number> {
  const answer = await askFrom(host, 'http://127.0.0.1:9902/status');
  if (!('body' in answer)) throw new Error(`${host.name}: the agent does not answer: ${answer.error}`);
  return Number((JSON.parse(answer.body) as { readonly envoyPid: string }).envoyPid);
}

async function load({ front, back, envoys }: Path, { node }: Stage, seconds: number): Promise<Round> {
  const cpu = async (): Promise<number> =>
    (await Promise.all(envoys.map(cpuMs))).reduce((sum, each) => sum + each, 0);
  const before = await cpu();
  const args = [`http://${back.address}:${PORT}/`, `back.local:${PORT}`, `${PARALLEL}`, `${seconds}`];
  const { stdout } = await front.exec(node, [CALLER, ...args]);
  const measured = JSON.parse(stdout) as Omit<Round, 'cpu'>;
  return { ...measured, cpu: (((await cpu()) - before) * 1000) / measured.requests };
}

function rowsOf(found: Readonly<Record<'ours' | 'peer', readonly Round[]>>): readonly BenchRow[] {
  const row = (what: string, unit: string, of: (round: Round) => number): BenchRow => ({
    what,
    unit,
    ours: percentile(found.ours.map(of), 0.5),
    peer: percentile(found.peer.map(of), 0.5),
  });
  return [
    row('time of a request, median', 'ms', ({ median }) => median),
    row('time of a request, 99th of 100', 'ms', ({ late }) => late),
    row('CPU of both Envoys a request', 'µs', ({ cpu }) => cpu),
    row('requests in a round', '', ({ requests }) => requests),
  ];
}
