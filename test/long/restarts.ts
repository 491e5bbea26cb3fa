// How long an agent takes to a LIVE Envoy, with the control plane and without it, and how much memory the agent needs.
// `DAYBREAK_ENVOY=… DAYBREAK_ENVOY_OLDEST=… node test/long/restarts.ts [ROUNDS]`. Needs root. It prints seconds per kind of restart, and
// exits with 1 if an update was rejected or a request failed.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../lab/until.ts';
import { openRestartScene, type RestartScene, type RunningSidecar } from '../testing/restart-scene.ts';

const rounds = Number(process.argv[2] ?? 5);

for (const variable of ['DAYBREAK_ENVOY', 'DAYBREAK_ENVOY_OLDEST']) {
  const scene = await openRestartScene('restarts-long', process.env[variable]);
  try {
    await measure(scene, variable);
  } finally {
    await scene.close();
  }
}

async function measure(scene: RestartScene, variable: string): Promise<void> {
  const say = (what: string, value: string) => process.stdout.write(`${variable}\t${what}\t${value}\n`);
  const controlPlane = await scene.startControlPlane();
  const host = await scene.gatewayHost('first');
  let sidecar = await scene.startSidecar(host);
  const seconds = new Map<string, number[]>();
  const restart = async (what: string, signal: NodeJS.Signals, on = host): Promise<void> => {
    sidecar.agent.kill(signal);
    await sidecar.agent.ended;
    sidecar = await scene.startSidecar(on);
    seconds.set(what, [...(seconds.get(what) ?? []), sidecar.liveMs / 1000]);
    const { failures } = await sidecar.send(50);
    if (failures + (await sidecar.rejected()) > 0) process.exitCode = 1;
  };

  const written = async () => (await sidecar.status()).daybreak.state.own.written !== undefined;
  await until('the state on disk', written, { limitMs: 60_000 });
  for (let round = 0; round < rounds; round += 1) {
    await restart('control plane there, state on disk', 'SIGKILL');
    for (const file of readdirSync(scene.stateFolder)) rmSync(join(scene.stateFolder, file));
    await restart('control plane there, no state', 'SIGKILL');
    await until('the state on disk', written, { limitMs: 60_000 });
  }
  controlPlane.program.kill('SIGKILL');
  await controlPlane.program.ended;
  for (let round = 0; round < rounds; round += 1) {
    await restart('control plane away, agent killed', 'SIGKILL');
    await restart('control plane away, agent stopped', 'SIGTERM');
  }
  for (let round = 0; round < rounds; round += 1)
    await restart(
      'control plane away, new network namespace',
      'SIGKILL',
      await scene.gatewayHost(`n${round}`),
    );
  for (const [what, all] of seconds) say(what, all.map((each) => each.toFixed(2)).join(' '));
  say('agent, RSS from disk, MB', memoryOf(sidecar));
}

function memoryOf({ agent }: RunningSidecar): string {
  const [, kilobytes = ''] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${agent.pid}/status`, 'utf8')) ?? [];
  return (Number(kilobytes) / 1024).toFixed(1);
}
