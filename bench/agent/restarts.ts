import { openCountedLink } from '../../test/testing/counted-link.ts';
import { openRestartScene, type RestartScene } from '../../test/testing/restart-scene.ts';
import { until } from '../../test/lab/until.ts';
import type { BenchRow } from '../figures/bench.ts';
import { percentile } from '../figures/percentile.ts';

const RED = 'cds_egress_default_colorteller-red-vn_http_9080';
/** The bars of a restart and of missed weights, in milliseconds, on an idle machine. */
const LIVE_MS = 2000;
const IN_FORCE_MS = 1000;

/**
 * Measures, on the demo's mesh, a restart without the control plane, and how long weights that an agent missed take from the connection until Envoy
 * routes by them: of an agent that ran on, and of one that restarted meanwhile.
 */
export async function measureRestarts(
  rounds: number,
  say: (line: string) => void,
): Promise<readonly BenchRow[]> {
  const scene = await openRestartScene('bench-restarts', process.env['DAYBREAK_ENVOY']);
  try {
    return await measure(scene, rounds, say);
  } finally {
    await scene.close();
  }
}

async function measure(
  scene: RestartScene,
  rounds: number,
  say: (line: string) => void,
): Promise<readonly BenchRow[]> {
  const controlPlane = await scene.startControlPlane();
  const link = await openCountedLink(scene.address, controlPlane.xds);
  const host = await scene.gatewayHost('gateway');
  let sidecar = await scene.startSidecar(host, link.xds);
  const isLive = async () => (await sidecar.status()).daybreak.configuration === 'live';
  await until('a live configuration', isLive);
  const found = { restarted: [] as number[], ranOn: [] as number[], restartedWeights: [] as number[] };
  let weight = 1;

  /** Lets the agent reach the control plane again, and returns the milliseconds from the connection until Envoy has the weight. */
  const opened = async (): Promise<number> => {
    await link.open();
    await until('the weights', async () => (await sidecar.weights())[RED] === weight, { everyMs: 5 });
    return performance.now() - (link.connectedAt() ?? NaN);
  };
  const miss = () =>
    scene.setWeights(controlPlane, { 'colorteller-blue-vn': 1, 'colorteller-red-vn': (weight += 1) });

  for (let round = 1; round <= rounds; round += 1) {
    say(`restarts without the control plane, round ${round} of ${rounds}`);
    await link.cut();
    await miss();
    found.ranOn.push(await opened());

    await link.cut();
    sidecar.agent.kill('SIGTERM');
    await sidecar.agent.ended;
    sidecar = await scene.startSidecar(host, link.xds);
    found.restarted.push(sidecar.liveMs);
    await miss();
    found.restartedWeights.push(await opened());
    await until('a live configuration', isLive);
  }
  await link.cut();
  const row = (what: string, ours: readonly number[], peer: number): BenchRow => ({
    what,
    unit: 'ms',
    ours: percentile(ours, 0.5),
    peer,
  });
  return [
    row('restart without the control plane, start to LIVE', found.restarted, LIVE_MS),
    row('missed weights, connection to in force', found.ranOn, IN_FORCE_MS),
    row('the same, after a restart meanwhile', found.restartedWeights, IN_FORCE_MS),
  ];
}
