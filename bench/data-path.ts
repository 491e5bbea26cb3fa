// Measures the cost of two sidecars per request, compared with the same two Envoys with the smallest configuration that forwards requests.
import { join } from 'node:path';
import { appMeshClient } from '../demo/color-model.ts';
import { startControlPlane } from '../test/lab/programs/control-plane.ts';
import type { Host } from '../test/lab/host.ts';
import { createLab, type Lab } from '../test/lab/lab.ts';
import { startSidecar, writeRules } from '../test/lab/programs/sidecar.ts';
import { stage, type Stage } from '../test/lab/stage.ts';
import { createPair, FRONT, PAIR } from '../test/testing/pair-model.ts';
import { readRounds, type BenchRow, type RunBench } from './bench.ts';
import {
  envoyOf,
  measurePath,
  PARALLEL,
  untilAnswers,
  type MeasuredPath,
  type Round,
} from './data-path/measured-path.ts';
import { startSmallestEnvoy } from './data-path/smallest-envoy.ts';
import { percentile } from './statistics.ts';

const ROUNDS = 5;
const SECONDS = 5;
const PORT = 9080;
const APP = join(import.meta.dirname, '../demo/apps/colorteller.ts');
const NAME = 'back.local';

/** Runs as many rounds as the argument says (default 5), alternately ours and the peer's. */
export const run: RunBench = async ({ args: [wanted = `${ROUNDS}`], say }) => {
  const rounds = readRounds(wanted, 99);
  const lab = await createLab({ name: 'bench' });
  try {
    const programs = await stage(lab);
    const paths = { ours: await sidecars(lab, programs), peer: await smallest(lab, programs) };
    const found: Record<keyof typeof paths, Round[]> = { ours: [], peer: [] };
    for (const path of Object.values(paths)) await measurePath(path, programs, 1);
    for (let round = 1; round <= rounds; round += 1) {
      say(`round ${round} of ${rounds}`);
      for (const name of ['ours', 'peer'] as const) {
        found[name].push(await measurePath(paths[name], programs, SECONDS));
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

async function sidecars(lab: Lab, programs: Stage): Promise<MeasuredPath> {
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
  const path = { front, back, name: NAME, port: PORT };
  await untilAnswers(path);
  return { ...path, envoys: [await envoyOf(front), await envoyOf(back)] };
}

async function smallest(lab: Lab, programs: Stage): Promise<MeasuredPath> {
  const back = await target(lab, programs, 'plain-back', []);
  const front = await lab.host('plain-front');
  await writeRules(back, programs, `${PORT}`);
  await writeRules(front, programs, '');
  const envoys = [
    startSmallestEnvoy(front, programs, { listenOn: 15_001, target: `${back.address}:${PORT}` }),
    startSmallestEnvoy(back, programs, { listenOn: 15_000, target: `127.0.0.1:${PORT}` }),
  ];
  const path = { front, back, name: NAME, port: PORT };
  await untilAnswers(path);
  return { ...path, envoys: envoys.map(({ pid }) => pid) };
}

async function target(lab: Lab, { node }: Stage, name: string, dns: readonly string[]): Promise<Host> {
  const host = await lab.host(name, { dns });
  host.spawn('app', node, [APP], { env: { COLOR: 'blue' } });
  return host;
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
