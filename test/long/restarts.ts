// How long an agent takes to a LIVE Envoy, with the control plane and without it, how many bytes the control plane sends to it, and how
// much memory it needs. `DAYBREAK_ENVOY=… DAYBREAK_ENVOY_OLDEST=… node test/long/restarts.ts [ROUNDS]`. Needs root. It prints seconds per
// kind of restart, and exits with 1 if an update was rejected or a request failed.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../lab/host.ts';
import { until } from '../lab/until.ts';
import { openCountedLink } from '../testing/counted-link.ts';
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
  const restart = async (what: string, signal: NodeJS.Signals, on: Host = host, via?: string) => {
    sidecar.agent.kill(signal);
    await sidecar.agent.ended;
    sidecar = await scene.startSidecar(on, via);
    seconds.set(what, [...(seconds.get(what) ?? []), sidecar.liveMs / 1000]);
    const { failures } = await sidecar.send(50);
    if (failures + (await sidecar.rejected()) > 0) process.exitCode = 1;
  };
  const isOnDisk = async () => (await sidecar.status()).daybreak.state.own.written !== undefined;
  const onDisk = () => until('the state on disk', isOnDisk, { limitMs: 60_000 });

  await onDisk();
  const link = await openCountedLink(scene.address, controlPlane.xds);
  for (let round = 0; round < rounds; round += 1) {
    for (const file of readdirSync(scene.stateFolder)) rmSync(join(scene.stateFolder, file));
    for (const what of ['control plane there, no state', 'control plane there, state on disk']) {
      const before = link.bytes();
      await restart(what, 'SIGKILL', host, link.xds);
      if (what.endsWith('no state')) await onDisk();
      // Time for updates that come after LIVE.
      await sleep(2000);
      if (round === 0) say(`${what}, bytes to the agent`, `${link.bytes() - before}`);
    }
  }
  await link.cut();
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
  const status = readFileSync(`/proc/${agent.pid}/status`, 'utf8');
  const [, kilobytes = ''] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  return (Number(kilobytes) / 1024).toFixed(1);
}
