import { join } from 'node:path';
import { CreateMeshCommand, CreateVirtualNodeCommand } from '@aws-sdk/client-app-mesh';
import { appMeshClient } from '../../../demo/color-model.ts';
import { startControlPlane } from '../../lab/programs/control-plane.ts';
import { openEnvoyAdmin } from '../../lab/clients/envoy-admin.ts';
import { request } from '../../lab/clients/http.ts';
import { createLab } from '../../lab/lab.ts';
import { openLoopback } from '../../lab/net/loopback.ts';
import { startSidecar } from '../../lab/programs/sidecar.ts';
import { stage } from '../../lab/stage.ts';
import { until } from '../../lab/until.ts';
import { RELOAD_PORTS, type CallerCounts } from './callers/reload-protocols.ts';

const CALLERS = join(import.meta.dirname, 'callers');
const PATIENT = { limitMs: 120_000 };
/** Longer than a busy machine needs for a request: the old Envoy cuts those that it still has after this time. */
const DRAIN_S = '15';

/** Extent of a run. */
export type ReloadLoad = {
  readonly reloads: number;
  /** At least. */
  readonly requests: number;
  /** For each of four kinds of callers. */
  readonly perSecond: number;
};

type Reload = {
  readonly epoch: number;
  readonly isRunning: boolean;
  readonly counts: Record<string, number>;
};

/**
 * Reloads the agent of a virtual node by SIGHUP while callers send requests to it, without retries and without an Envoy of their own. Resolves
 * with the counts of the callers and of the agent. `variable`: names the Envoy.
 */
export async function reloadUnderLoad(
  name: string,
  variable: string,
  { reloads, requests, perSecond }: ReloadLoad,
): Promise<{ callers: CallerCounts; reload: Reload }> {
  const lab = await createLab({ name });
  try {
    const programs = await stage(lab, process.env[variable]);
    const controlPlane = await startControlPlane(await lab.host('control'), programs);
    const server = await lab.host('server');
    await createModel(controlPlane.endpoint);
    await server.spawn('server', process.execPath, [join(CALLERS, 'reload-server.ts')]).line(/ready/);
    const agent = await startSidecar(server, programs, {
      resource: 'mesh/m/virtualNode/server',
      xds: controlPlane.xds,
      appPorts: Object.values(RELOAD_PORTS).join(','),
      env: { DISABLE_HOT_RESTART: '0', LISTENER_DRAIN_WAIT_TIME_S: DRAIN_S, ENVOY_CONCURRENCY: '1' },
    });
    const admin = await openEnvoyAdmin(server);
    await until('LIVE', () => admin.ready(), PATIENT);
    const { socketPath } = await openLoopback(server, 9902);
    const readReload = async (): Promise<Reload> => {
      const { body } = await request('http://localhost/status', { socketPath });
      return (JSON.parse(body) as { readonly daybreak: { readonly reload: Reload } }).daybreak.reload;
    };

    const outside = await lab.host('outside');
    const program = join(CALLERS, 'reload-callers.ts');
    const callers = outside.spawn('callers', process.execPath, [program, server.address, `${perSecond}`]);
    await callers.line(/^sent/);
    for (let epoch = 1; epoch <= reloads; epoch += 1) {
      agent.kill('SIGHUP');
      await until(`reload ${epoch}`, async () => (await readReload()).epoch === epoch, PATIENT);
      await until('the old Envoy has ended', async () => !(await readReload()).isRunning, PATIENT);
    }
    const sent = (): number => Number([...callers.stdout().matchAll(/sent (\d+)/g)].at(-1)?.[1] ?? 0);
    await until(`${requests} requests`, () => sent() >= requests, { limitMs: 600_000 });
    callers.kill('SIGTERM');
    const counts = JSON.parse(await callers.line(/^\{/)) as CallerCounts;
    return { callers: counts, reload: await readReload() };
  } finally {
    await lab.close();
  }
}

async function createModel(endpoint: string): Promise<void> {
  const api = appMeshClient(endpoint);
  await api.send(new CreateMeshCommand({ meshName: 'm' }));
  const listeners = (['tcp', 'http2', 'grpc', 'http'] as const).map((protocol) => ({
    portMapping: { port: RELOAD_PORTS[protocol], protocol },
  }));
  const serviceDiscovery = { dns: { hostname: 'server' } };
  await api.send(
    new CreateVirtualNodeCommand({
      meshName: 'm',
      virtualNodeName: 'server',
      spec: { listeners, serviceDiscovery },
    }),
  );
}
