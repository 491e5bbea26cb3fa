// Measures the time until the Envoy of an agent is LIVE, compared with an Envoy that connects to the control plane itself, and the agent's memory.
import { setTimeout as sleep } from 'node:timers/promises';
import { appMeshClient } from '../demo/color-model.ts';
import { startControlPlane } from '../test/lab/programs/control-plane.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../test/lab/clients/envoy-admin.ts';
import { createLab } from '../test/lab/lab.ts';
import { startPlainEnvoy } from '../test/lab/programs/plain-envoy.ts';
import type { Program } from '../test/lab/programs/program.ts';
import { startAgent } from '../test/lab/programs/sidecar.ts';
import { stage } from '../test/lab/stage.ts';
import { until } from '../test/lab/until.ts';
import { createPair, FRONT } from '../test/testing/pair-model.ts';
import { readRounds, type BenchRow, type RunBench } from './bench.ts';
import { cpuMs, residentKb } from './push/process-cost.ts';
import { percentile } from './statistics.ts';

const ROUNDS = 5;
/** How long an agent is idle before its memory is read, in milliseconds. */
const SETTLED_MS = 5000;

type Round = { readonly liveMs: number; readonly residentMb: number; readonly cpu: number };

/** Runs as many rounds as the argument says (default 5), alternately ours and the peer's. */
export const run: RunBench = async ({ args: [wanted = `${ROUNDS}`], say }) => {
  const rounds = readRounds(wanted, 99);
  const lab = await createLab({ name: 'bench' });
  try {
    const programs = await stage(lab);
    const control = await lab.host('control', { dns: ['first.local'] });
    const front = await lab.host('front', { dns: ['front.local'] });
    const plain = await lab.host('plain');
    const { endpoint, xds } = await startControlPlane(control, programs);
    const client = appMeshClient(endpoint);
    await createPair(client);
    client.destroy();
    const env = { ENVOY_CONCURRENCY: '1' };
    const admins = { ours: await openEnvoyAdmin(front), peer: await openEnvoyAdmin(plain) };
    const start = {
      ours: () => startAgent(front, programs, { resource: FRONT, xds, appPorts: '', env }),
      peer: () =>
        startPlainEnvoy(plain, programs, {
          id: FRONT,
          ads: xds.replace('http://', ''),
          apiType: 'DELTA_GRPC',
        }),
    };
    const found: Record<keyof typeof start, Round[]> = { ours: [], peer: [] };
    for (let round = 1; round <= rounds; round += 1) {
      say(`round ${round} of ${rounds}`);
      for (const name of ['ours', 'peer'] as const)
        found[name].push(await measure(admins[name], start[name]));
    }
    return { rows: rowsOf(found), notes: NOTES };
  } finally {
    await lab.close();
  }
};

const NOTES = [
  'From the start of the program to the answer LIVE on port 9901. Peer: the same Envoy, which connects to the control plane itself.',
  'Memory and CPU: the process that was started, 5 s after it was LIVE; of the peer, Envoy.',
];

async function measure(admin: EnvoyAdmin, start: () => Program): Promise<Round> {
  const startedAt = performance.now();
  const program = start();
  try {
    await until('LIVE', () => isLive(admin), { everyMs: 10 });
    const liveMs = performance.now() - startedAt;
    await sleep(SETTLED_MS);
    return {
      liveMs,
      residentMb: (await residentKb(program.pid)) / 1024,
      cpu: await cpuMs(program.pid),
    };
  } finally {
    await program.stop();
  }
}

function isLive(admin: EnvoyAdmin): Promise<boolean> {
  return admin.ready().catch(() => false);
}

function rowsOf({ ours, peer }: Readonly<Record<'ours' | 'peer', readonly Round[]>>): readonly BenchRow[] {
  const median = (rounds: readonly Round[], of: (round: Round) => number): number =>
    percentile(rounds.map(of), 0.5);
  const live = { ours: median(ours, ({ liveMs }) => liveMs), peer: median(peer, ({ liveMs }) => liveMs) };
  return [
    { what: 'start to LIVE', unit: 'ms', ...live },
    { what: "start to LIVE, the agent's share", unit: 'ms', ours: live.ours - live.peer },
    {
      what: 'memory',
      unit: 'MB',
      ours: median(ours, ({ residentMb }) => residentMb),
      peer: median(peer, ({ residentMb }) => residentMb),
    },
    {
      what: 'CPU until then',
      unit: 'ms',
      ours: median(ours, ({ cpu }) => cpu),
      peer: median(peer, ({ cpu }) => cpu),
    },
  ];
}
