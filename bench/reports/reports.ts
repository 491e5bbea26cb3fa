// Measures what live figures cost: an agent that reports 50 clusters each 5 s, and a control plane with 1,000 sidecars that report.
import { globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SLOT_SECONDS, type LiveFigures } from '../../common/contracts/reports.ts';
import { startControlPlane } from '../../test/lab/programs/control-plane.ts';
import { request } from '../../test/lab/clients/http.ts';
import { createLab } from '../../test/lab/lab.ts';
import { startLocalControlPlane } from '../../test/lab/programs/local-control-plane.ts';
import { startAgent } from '../../test/lab/programs/sidecar.ts';
import { stage } from '../../test/lab/stage.ts';
import { until } from '../../test/lab/until.ts';
import { BenchUsageError, type BenchRow, type RunBench } from '../figures/bench.ts';
import { cpuMs, residentKb } from '../push/process-cost.ts';
import { reportAsEnvoy } from './envoy-load.ts';
import { clusterName, createReportsModel, MESH, nodeName } from './model.ts';
import { connectSidecars, type Sidecar } from './sidecars.ts';

const CLUSTERS = 50;
const NODES = 60;
const SIDECARS = 1000;
/** How long each state is measured, in seconds. */
const SECONDS = 60;

/** Runs the part that the argument names (`agent` or `controlplane`), or both. Each state is measured for a minute. */
export const run: RunBench = async ({ args: [part = 'both'], say }) => {
  if (!['agent', 'controlplane', 'both'].includes(part))
    throw new BenchUsageError(`part ${JSON.stringify(part)}: it has to be agent or controlplane, or absent`);
  const rows: BenchRow[] = [];
  if (part !== 'controlplane') rows.push(...(await measureAgent(say)));
  if (part !== 'agent') rows.push(...(await measureControlPlane(say)));
  return {
    rows,
    notes: [
      `Each state for ${SECONDS} s; CPU as the share of one core, by the process's own time. Watched: a reader follows the stream of figures.`,
      `Agent: a program reports ${CLUSTERS} busy clusters as an Envoy does, beside the agent's real Envoy. Control plane: ${SIDECARS} sidecars of ${NODES} virtual nodes.`,
    ],
  };
};

type Cost = { readonly cpu: number; readonly mb: number };

async function costOf(pid: number, during: () => Promise<void> = () => sleep(SECONDS * 1000)): Promise<Cost> {
  const [before, from] = [await cpuMs(pid), performance.now()];
  await during();
  const cpu = (100 * ((await cpuMs(pid)) - before)) / (performance.now() - from);
  return { cpu, mb: (await residentKb(pid)) / 1024 };
}

function rowsOf(what: string, idle: Cost, watched: Cost): readonly BenchRow[] {
  return [
    { what: `${what}: CPU, not watched`, unit: '% of a core', ours: idle.cpu },
    { what: `${what}: CPU, watched`, unit: '% of a core', ours: watched.cpu },
    { what: `${what}: memory, not watched`, unit: 'MB', ours: idle.mb },
    { what: `${what}: memory, watched`, unit: 'MB', ours: watched.mb },
  ];
}

/** Follows the stream of figures for as long as a state is measured, as the console does. */
async function follow(api: string): Promise<void> {
  const signal = AbortSignal.timeout(SECONDS * 1000);
  try {
    const { body } = await fetch(`${api}/reports/stream?mesh=${MESH}&seconds=60`, { signal });
    for await (const _ of body ?? []);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function reporting(api: string): Promise<number> {
  const { body } = await request(`${api}/reports?mesh=${MESH}&seconds=5`);
  return (JSON.parse(body) as LiveFigures).reporting;
}

async function measureAgent(say: (line: string) => void): Promise<readonly BenchRow[]> {
  const lab = await createLab({ name: 'bench' });
  try {
    say('agent: start');
    const programs = await stage(lab);
    const control = await lab.host('control', { dns: ['first.local'] });
    const front = await lab.host('front');
    const plane = await startControlPlane(control, programs);
    const { endpoint, xds } = plane;
    await createReportsModel(endpoint, NODES);
    const resource = `mesh/${MESH}/virtualNode/${nodeName(0)}`;
    const agent = startAgent(front, programs, {
      resource,
      xds,
      appPorts: '',
      env: { ENVOY_CONCURRENCY: '1' },
    });
    await until('in sync', async () =>
      (await plane.status()).proxies.some(({ state }) => state === 'in sync'),
    );
    const [socket = ''] = globSync(join(front.folder, 'run/*/ads.sock'));
    say(`agent: not watched for ${SECONDS} s, then watched`);
    const idle = await costOf(agent.pid);
    // An Envoy that is not asked sends nothing.
    const stop = reportAsEnvoy(
      socket,
      Array.from({ length: CLUSTERS }, (_, index) => clusterName(index + 1)),
      SLOT_SECONDS * 1000,
    );
    await until('reports', async () => (await reporting(endpoint)) === 1);
    const watched = await costOf(agent.pid, () => follow(endpoint));
    stop();
    return rowsOf(`agent, ${CLUSTERS} clusters`, idle, watched);
  } finally {
    await lab.close();
  }
}

async function measureControlPlane(say: (line: string) => void): Promise<readonly BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-bench-'));
  const controlPlane = await startLocalControlPlane(['--data', folder]);
  let disconnect: (() => void) | undefined;
  try {
    say(`control plane: connect ${SIDECARS} sidecars`);
    await createReportsModel(controlPlane.api, NODES);
    disconnect = await connectSidecars(
      controlPlane.ads,
      Array.from({ length: SIDECARS }, (_, index) => sidecarOf(index % NODES)),
    );
    say(`control plane: not watched for ${SECONDS} s, then watched`);
    const idle = await costOf(controlPlane.pid);
    await until('reports', async () => (await reporting(controlPlane.api)) === SIDECARS, { everyMs: 1000 });
    const watched = await costOf(controlPlane.pid, () => follow(controlPlane.api));
    return rowsOf(`control plane, ${SIDECARS} sidecars of ${CLUSTERS} clusters`, idle, watched);
  } finally {
    disconnect?.();
    await controlPlane.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function sidecarOf(node: number): Sidecar {
  return {
    node: `mesh/${MESH}/virtualNode/${nodeName(node)}`,
    clusters: Array.from({ length: CLUSTERS }, (_, index) => clusterName((node + index + 1) % NODES)),
  };
}
