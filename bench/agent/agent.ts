// Measures the time until the Envoy of an agent is LIVE, compared with an Envoy that connects to the control plane
// itself and with App Mesh's own agent, the agent's memory, and the restarts of Envoy and of the agent.
import { setTimeout as sleep } from 'node:timers/promises';
import { appMeshClient } from '../../demo/color-model.ts';
import { prepareAppMeshAgent } from '../../test/lab/programs/app-mesh-agent.ts';
import { startControlPlane } from '../../test/lab/programs/control-plane.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../../test/lab/clients/envoy-admin.ts';
import { createLab, type Lab } from '../../test/lab/lab.ts';
import { startPlainEnvoy } from '../../test/lab/programs/plain-envoy.ts';
import type { Program } from '../../test/lab/programs/program.ts';
import { startAgent } from '../../test/lab/programs/sidecar.ts';
import { stage } from '../../test/lab/stage.ts';
import { until } from '../../test/lab/until.ts';
import { createPair, FRONT } from '../../test/testing/pair-model.ts';
import { killEnvoy } from './kill-envoy.ts';
import { readOptions } from './options.ts';
import { measureRestarts } from './restarts.ts';
import type { BenchRow, RunBench } from '../figures/bench.ts';
import { cpuMs, residentKb } from '../push/process-cost.ts';
import { percentile } from '../figures/percentile.ts';

const ROUNDS = 5;
/** How long an agent is idle before its memory is read, in milliseconds. */
const SETTLED_MS = 5000;

type Round = {
  readonly liveMs: number;
  readonly residentMb: number;
  readonly cpu: number;
  /** From SIGKILL to Envoy until the next one is LIVE; undefined where no agent restarts it. */
  readonly restartMs: number | undefined;
};

/** The measured programs: our agent, the plain Envoy, and App Mesh's own agent where its binary is given. */
type Contenders<T> = { readonly ours: T; readonly peer: T; readonly appMesh?: T };

/** Runs `[ROUNDS] [--app-mesh-agent FILE]`: alternately ours, the peer's and App Mesh's. Default: 5 rounds without App Mesh's. */
export const run: RunBench = async ({ args, say }) => {
  const { rounds, appMeshAgent } = await readOptions(args, ROUNDS);
  const starts = await measureStarts(rounds, appMeshAgent, say);
  const restarts = await measureRestarts(rounds, say);
  return {
    rows: [...starts, ...restarts],
    notes: [...NOTES, appMeshAgent === undefined ? WITHOUT_APP_MESH : WITH_APP_MESH],
  };
};

async function measureStarts(
  rounds: number,
  appMeshAgent: string | undefined,
  say: (line: string) => void,
): Promise<readonly BenchRow[]> {
  const lab = await createLab({ name: 'bench' });
  try {
    const contenders = await startContenders(lab, appMeshAgent);
    const found: Record<keyof Contenders<unknown>, Round[]> = { ours: [], peer: [], appMesh: [] };
    for (let round = 1; round <= rounds; round += 1) {
      say(`round ${round} of ${rounds}`);
      for (const name of ['ours', 'peer', 'appMesh'] as const) {
        const contender = contenders[name];
        if (contender !== undefined) found[name].push(await measure(contender));
      }
    }
    const appMesh = appMeshAgent === undefined ? [] : appMeshRows(found.ours, found.appMesh);
    return [...rowsOf(found), ...appMesh];
  } finally {
    await lab.close();
  }
}

const NOTES = [
  'From the start of the program to the answer LIVE on port 9901. Peer: the same Envoy, which connects to the control plane itself.',
  'Memory and CPU: the process that was started, 5 s after it was LIVE; of the peer, Envoy.',
  'Envoy killed: from SIGKILL to Envoy until the next one is LIVE. The plain Envoy has no agent that would start it.',
  'Restarts without the control plane, missed weights: the peer is the limit, on an idle machine.',
];
const WITH_APP_MESH =
  "Beside App Mesh's agent: the peer is its agent with the same Envoy, which reaches the control plane through a forwarded socket.";
const WITHOUT_APP_MESH =
  "App Mesh's own agent is left out: --app-mesh-agent=FILE names its binary, which `go build` makes in the folder `agent` of github.com/aws/amazon-ecs-service-connect-agent.";

/** A host, and the program that is started on it. */
type Contender = {
  readonly admin: EnvoyAdmin;
  /** Whether the program restarts an Envoy that was killed. */
  readonly supervises: boolean;
  readonly start: () => Program;
};

async function startContenders(lab: Lab, appMeshAgent: string | undefined): Promise<Contenders<Contender>> {
  const programs = await stage(lab);
  const control = await lab.host('control', { dns: ['first.local'] });
  const front = await lab.host('front', { dns: ['front.local'] });
  const plain = await lab.host('plain');
  const { endpoint, xds } = await startControlPlane(control, programs);
  const ads = xds.replace('http://', '');
  const client = appMeshClient(endpoint);
  await createPair(client);
  client.destroy();
  const env = { ENVOY_CONCURRENCY: '1' };
  const ours: Contender = {
    admin: await openEnvoyAdmin(front),
    supervises: true,
    start: () => startAgent(front, programs, { resource: FRONT, xds, appPorts: '', env }),
  };
  const peer: Contender = {
    admin: await openEnvoyAdmin(plain),
    supervises: false,
    start: () => startPlainEnvoy(plain, programs, { id: FRONT, ads, apiType: 'DELTA_GRPC' }),
  };
  if (appMeshAgent === undefined) return { ours, peer };
  const theirs = await lab.host('theirs');
  const start = await prepareAppMeshAgent(theirs, programs, { binary: appMeshAgent, resource: FRONT, ads });
  return { ours, peer, appMesh: { admin: await openEnvoyAdmin(theirs), supervises: true, start } };
}

async function measure({ admin, supervises, start }: Contender): Promise<Round> {
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
      restartMs: supervises ? await killEnvoy(program.pid, admin) : undefined,
    };
  } finally {
    await program.stop();
  }
}

function isLive(admin: EnvoyAdmin): Promise<boolean> {
  return admin.ready().catch(() => false);
}

const restartMs = (round: Round): number => round.restartMs ?? NaN;

const median = (rounds: readonly Round[], of: (round: Round) => number): number =>
  percentile(rounds.map(of), 0.5);

function rowsOf({ ours, peer }: Contenders<readonly Round[]>): readonly BenchRow[] {
  const live = { ours: median(ours, ({ liveMs }) => liveMs), peer: median(peer, ({ liveMs }) => liveMs) };
  return [
    { what: 'start to LIVE', unit: 'ms', ...live },
    { what: "start to LIVE, the agent's share", unit: 'ms', ours: live.ours - live.peer },
    row('memory', 'MB', ours, peer, ({ residentMb }) => residentMb),
    row('CPU until then', 'ms', ours, peer, ({ cpu }) => cpu),
    { what: 'Envoy killed until LIVE', unit: 'ms', ours: median(ours, restartMs) },
  ];
}

function appMeshRows(ours: readonly Round[], appMesh: readonly Round[]): readonly BenchRow[] {
  return [
    row("start to LIVE, beside App Mesh's agent", 'ms', ours, appMesh, ({ liveMs }) => liveMs),
    row("memory, beside App Mesh's agent", 'MB', ours, appMesh, ({ residentMb }) => residentMb),
    row("CPU until then, beside App Mesh's agent", 'ms', ours, appMesh, ({ cpu }) => cpu),
    row("Envoy killed until LIVE, beside App Mesh's agent", 'ms', ours, appMesh, restartMs),
  ];
}

function row(
  what: string,
  unit: string,
  ours: readonly Round[],
  peer: readonly Round[],
  of: (round: Round) => number,
): BenchRow {
  return { what, unit, ours: median(ours, of), peer: median(peer, of) };
}
