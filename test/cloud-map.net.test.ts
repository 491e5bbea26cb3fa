import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateMeshCommand,
  CreateVirtualNodeCommand,
  CreateVirtualServiceCommand,
  type CreateVirtualNodeInput,
} from '@aws-sdk/client-app-mesh';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ANY_CREDENTIALS,
  createCloudMapServices,
  type RegisteredService,
} from '../controlplane/discovery/testing/cloud-map.ts';
import { startMoto, type Moto } from '../controlplane/discovery/testing/moto.ts';
import { envoyOf, ENVOYS } from '../controlplane/translate/testing/real-envoy.ts';
import { appMeshClient, PORT } from '../demo/color-model.ts';
import { startTraffic, type Tally } from '../demo/traffic.ts';
import { startControlPlane, type ControlPlane } from './lab/programs/control-plane.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from './lab/clients/envoy-admin.ts';
import { request } from './lab/clients/http.ts';
import type { Host } from './lab/host.ts';
import { allInSync } from './lab/clients/in-sync.ts';
import { createLab, type Lab } from './lab/lab.ts';
import type { Program } from './lab/programs/program.ts';
import { startSidecar } from './lab/programs/sidecar.ts';
import { stage, type Stage } from './lab/stage.ts';
import { until } from './lab/until.ts';

// An app with a sidecar asks a virtual service for colors. The instances behind it are registered in Cloud Map; moto takes the place of Cloud Map.

const COLORS = ['red', 'blue', 'white'] as const;
const CALLER = 'mesh/m/virtualNode/caller';
const CLUSTER = `cds_egress_m_teller_http_${PORT}`;
const APPS = join(import.meta.dirname, '../demo/apps');

describe.each(ENVOYS)('%s', (variable) => {
  let moto: Moto;
  let lab: Lab;
  let programs: Stage;
  let control: Host;
  let controlPlane: ControlPlane;
  let service: RegisteredService;
  let caller: Host;
  let admin: EnvoyAdmin;
  const tellers = new Map<string, { readonly host: Host; readonly app: Program }>();

  beforeAll(async () => {
    lab = await createLab({ name: 'cloud-map' });
    programs = await stage(lab, envoyOf(variable));
    moto = await startMoto(lab.address);
    service = await createCloudMapServices(moto.endpoint)('prod', 'colors');
    control = await lab.host('control', { dns: ['colors.local'] });
    for (const color of COLORS) {
      const host = await lab.host(color);
      tellers.set(color, { host, app: startTeller(host, color) });
    }
    await register('red');
    await openControlPlane();
    await createModel();
    caller = await startCaller('caller');
    admin = await openEnvoyAdmin(caller);
    await until('a first color', async () => (await request(urlOf(caller))).status === 200);
  });
  afterAll(async () => {
    await admin?.close();
    await lab?.close();
    await moto?.stop();
  });

  const urlOf = (host: Host): string => `http://${host.address}:${PORT}/color`;

  function startTeller(host: Host, color: string): Program {
    return host.spawn('app', process.execPath, [join(APPS, 'colorteller.ts')], { env: { COLOR: color } });
  }

  async function register(color: string, stageName = 'live'): Promise<void> {
    const address = tellers.get(color)?.host.address ?? '';
    await service.register(color, {
      AWS_INSTANCE_IPV4: address,
      AWS_INSTANCE_PORT: `${PORT}`,
      stage: stageName,
    });
  }

  async function openControlPlane(): Promise<void> {
    controlPlane = await startControlPlane(control, programs, {
      flags: ['--cloud-map-interval', '1'],
      env: {
        AWS_ENDPOINT_URL: moto.endpoint,
        AWS_ACCESS_KEY_ID: ANY_CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: ANY_CREDENTIALS.secretAccessKey,
      },
    });
  }

  async function createModel(): Promise<void> {
    const client = appMeshClient(controlPlane.endpoint);
    const listeners: NonNullable<CreateVirtualNodeInput['spec']>['listeners'] = [
      { portMapping: { port: PORT, protocol: 'http' } },
    ];
    const attributes = [{ key: 'stage', value: 'live' }];
    const awsCloudMap = { namespaceName: 'prod', serviceName: 'colors', attributes };
    const backends = [{ virtualService: { virtualServiceName: 'colors.local' } }];
    const meshName = 'm';
    await client.send(new CreateMeshCommand({ meshName }));
    await client.send(
      new CreateVirtualNodeCommand({
        meshName,
        virtualNodeName: 'teller',
        spec: { listeners, serviceDiscovery: { awsCloudMap } },
      }),
    );
    await client.send(
      new CreateVirtualServiceCommand({
        meshName,
        virtualServiceName: 'colors.local',
        spec: { provider: { virtualNode: { virtualNodeName: 'teller' } } },
      }),
    );
    await client.send(
      new CreateVirtualNodeCommand({
        meshName,
        virtualNodeName: 'caller',
        spec: { listeners, backends, serviceDiscovery: { dns: { hostname: 'caller.local' } } },
      }),
    );
  }

  /** Starts an app that asks for colors, and its sidecar. The name that the app uses does not resolve to the hosts that answer. */
  async function startCaller(name: string): Promise<Host> {
    const host = await lab.host(name);
    const env = { COLOR_TELLER_ENDPOINT: `colors.local:${PORT}` };
    const app = host.spawn('app', process.execPath, [join(APPS, 'colorgateway.ts')], { env });
    await app.line(/./);
    await startSidecar(host, programs, { resource: CALLER, xds: controlPlane.xds, appPorts: `${PORT}` });
    return host;
  }

  /** Sends requests and returns the colors of the answers. */
  async function colorsOf(requests: number): Promise<readonly string[]> {
    const tally = await send(requests);
    expect(tally.errors).toEqual({});
    return Object.keys(tally.colors).toSorted();
  }

  async function send(requests: number): Promise<Tally> {
    const traffic = startTraffic(urlOf(caller), 200);
    await until('the requests', () => traffic.tally().requests >= requests);
    return await traffic.stop();
  }

  const troubles = async (): Promise<readonly string[]> => {
    const { proxies } = await controlPlane.status();
    return proxies.flatMap(({ problems }) => problems.map(({ where, what }) => `${where} ${what}`));
  };

  /** Waits until Cloud Map has answered `more` further polls. */
  async function looks(more: number): Promise<void> {
    const answered = async (): Promise<number> => {
      const { body } = await request(`${controlPlane.endpoint}/metrics`);
      const line = /^daybreak_discovery_polls_total\{source="cloud-map",outcome="answered"\} (\d+)$/m;
      return Number(line.exec(body)?.[1]);
    };
    const before = await answered();
    await until('looks at Cloud Map', async () => (await answered()) >= before + more);
  }

  test('instances come and go under traffic: no request fails, and only endpoints change', async () => {
    const clusters = await admin.stat('cluster_manager.cds.update_success');
    const traffic = startTraffic(urlOf(caller), 200);
    await until('red', () => (traffic.tally().colors['red'] ?? 0) > 20);
    await register('blue');
    await until('blue', () => (traffic.tally().colors['blue'] ?? 0) > 20);
    await service.deregister('red');
    await until('no red', async () => (await admin.stat(`cluster.${CLUSTER}.membership_total`)) === 1);
    // A request that red still has would fail with it.
    expect((await traffic.stop()).errors).toEqual({});
    tellers.get('red')?.app.kill('SIGKILL');
    const rest = await send(100);
    expect([rest.errors, Object.keys(rest.colors)]).toEqual([{}, ['blue']]);
    expect(await admin.stat('cluster_manager.cds.update_success')).toBe(clusters);
  });

  test('only instances with all attributes are used', async () => {
    await register('white', 'test');
    await looks(2);
    expect(await colorsOf(50)).toEqual(['blue']);
    await service.deregister('white');
    await register('white');
    await until('white', async () => (await colorsOf(20)).includes('white'));
  });

  test('unhealthy instances get no requests, unless there are no others', async () => {
    await service.setHealth('white', 'UNHEALTHY');
    await until('no white', async () => !(await colorsOf(20)).includes('white'));
    await service.setHealth('blue', 'UNHEALTHY');
    await until('both', async () => (await colorsOf(20)).length === 2);
    await service.setHealth('blue', 'HEALTHY');
    await until('no white', async () => !(await colorsOf(20)).includes('white'));
  });

  test('while AWS is unavailable and the control plane is killed and restarted, traffic continues, also for a new sidecar', async () => {
    const traffic = startTraffic(urlOf(caller), 100);
    moto.pause();
    const [said] = await until(
      'trouble',
      async () => {
        const all = await troubles();
        return all.length > 0 && all;
      },
      { limitMs: 120_000 },
    );
    expect(said).toMatch(/^awsCloudMap\/\["prod","colors"\] requests have failed since .* stays in force$/);
    controlPlane.program.kill('SIGKILL');
    await controlPlane.program.ended;
    await openControlPlane();
    await allInSync(controlPlane, 1);
    const second = await startCaller('second');
    await until('a color for the new one', async () => (await request(urlOf(second))).status === 200);
    expect((await traffic.stop()).errors).toEqual({});
  });

  test('without the last known instances a running sidecar keeps working; a new one is LIVE without instances until AWS is back', async () => {
    const traffic = startTraffic(urlOf(caller), 100);
    controlPlane.program.kill('SIGKILL');
    await controlPlane.program.ended;
    rmSync(join(control.folder, 'model/cloud-map.json'));
    await openControlPlane();
    await allInSync(controlPlane, 2);
    const third = await startCaller('third');
    const thirdAdmin = await openEnvoyAdmin(third);
    await until('LIVE', () => thirdAdmin.ready(), { limitMs: 120_000 });
    expect((await request(urlOf(third))).status).toBe(500);
    expect(await troubles()).toContainEqual(
      expect.stringMatching(/^virtualNode\/teller\/serviceDiscovery nothing is known/),
    );
    moto.resume();
    await until('a color for the new one', async () => (await request(urlOf(third))).status === 200);
    await until('no trouble', async () => (await troubles()).length === 0);
    await thirdAdmin.close();
    expect((await traffic.stop()).errors).toEqual({});
  });
});
