// Measures the cost of two sidecars per request, compared with the same two Envoys with the smallest configuration that forwards requests.
import { join } from 'node:path';
import { appMeshClient } from '../../demo/color-model.ts';
import { startControlPlane } from '../../test/lab/programs/control-plane.ts';
import type { Host } from '../../test/lab/host.ts';
import { createLab, type Lab } from '../../test/lab/lab.ts';
import { startSidecar } from '../../test/lab/programs/sidecar.ts';
import { stage, type Stage } from '../../test/lab/stage.ts';
import { createPair, FRONT, PAIR } from '../../test/testing/pair-model.ts';
import { readRounds, type RunBench } from '../figures/bench.ts';
import { envoyOf, untilAnswers, type MeasuredPath } from './measured-path.ts';
import { CONDITIONS, measureSides, rowOf, rowsOf } from './rounds.ts';
import { startSmallestPath } from './smallest-path.ts';

const ROUNDS = 5;
const PORT = 9080;
const APP = join(import.meta.dirname, '../../demo/apps/colorteller.ts');
const NAME = 'back.local';

/** Runs as many rounds as the argument says (default 5), alternately ours and the peer's. */
export const run: RunBench = async ({ args: [wanted = `${ROUNDS}`], say }) => {
  const rounds = readRounds(wanted, 99);
  const lab = await createLab({ name: 'bench' });
  try {
    const programs = await stage(lab);
    const paths = { ours: await sidecars(lab, programs), peer: await smallest(lab, programs) };
    const found = await measureSides(paths, programs, rounds, say);
    return {
      rows: [...rowsOf(found), rowOf(found, 'requests in a round', '', ({ requests }) => requests)],
      notes: NOTES,
    };
  } finally {
    await lab.close();
  }
};

const NOTES = [
  CONDITIONS,
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
  return await startSmallestPath(programs, { front, back, name: NAME, port: PORT });
}

async function target(lab: Lab, { node }: Stage, name: string, dns: readonly string[]): Promise<Host> {
  const host = await lab.host(name, { dns });
  host.spawn('app', node, [APP], { env: { COLOR: 'blue' } });
  return host;
}
