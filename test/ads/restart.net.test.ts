import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  DescribeVirtualNodeCommand,
  UpdateVirtualNodeCommand,
  type AppMeshClient,
} from '@aws-sdk/client-app-mesh';
import type { ProxyStatus } from '../../controlplane/status/status.ts';
import { startTestPostgres, type TestPostgres } from '../../controlplane/store/testing/postgres-server.ts';
import {
  appMeshClient,
  createColorModel,
  hostnameOf,
  MESH,
  PORT,
  TELLER,
  updateWeights,
  type ColorNode,
} from '../../demo/color-model.ts';
import { startTraffic, type Tally } from '../../demo/traffic.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../lab/clients/envoy-admin.ts';
import type { Host } from '../lab/host.ts';
import { request } from '../lab/clients/http.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { createReplica, type Replica } from '../lab/programs/replica.ts';
import { startSidecar } from '../lab/programs/sidecar.ts';
import { stage, type Stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';

// Two replicas on one PostgreSQL database, real Envoys, and uninterrupted traffic.

const GATEWAY = 'colorgateway-vn';
const BLUE = 'colorteller-blue-vn';
const RED = 'colorteller-red-vn';
const RED_ALIAS = 'another-name-of-red';
const CYCLES = 100;

type Writer = Replica & { readonly client: AppMeshClient };

let lab: Lab;
let postgres: TestPostgres;
let programs: Stage;
let replicas: readonly Writer[];
let gateway: Host;
let admin: EnvoyAdmin;

beforeAll(async () => {
  postgres = await startTestPostgres();
  const store = await postgres.database();
  lab = await createLab({ name: 'restart' });
  programs = await stage(lab);
  replicas = await Promise.all([makeReplica('one', store), makeReplica('two', store)]);
  for (const each of replicas) await each.start();
  await createColorModel(anyone().client, { [BLUE]: 1 });
  const hosts = new Map<ColorNode, Host>();
  for (const node of [GATEWAY, BLUE, RED] as const) {
    const dns = [hostnameOf(node), ...(node === RED ? [RED_ALIAS, TELLER] : [])];
    hosts.set(node, await lab.host(node.replace(/-vn$/, ''), { dns }));
  }
  const xds = replicas.map((each) => each.xds).join(',');
  for (const [node, host] of hosts) {
    await startApp(host, node);
    await startSidecar(host, programs, {
      resource: `mesh/${MESH}/virtualNode/${node}`,
      xds,
      appPorts: `${PORT}`,
    });
  }
  gateway = hosts.get(GATEWAY) ?? anyone().host;
  admin = await openEnvoyAdmin(gateway);
  await until(
    'all in sync',
    async () => {
      const all = await proxies();
      return all.length === 3 && all.every(({ state }) => state === 'in sync');
    },
    { limitMs: 120_000 },
  );
  await until(
    'a first color',
    async () => (await request(`http://${gateway.address}:${PORT}/color`)).status === 200,
  );
});
afterAll(async () => {
  await admin?.close();
  await lab?.close();
  await postgres?.remove();
});

async function makeReplica(name: string, store: string): Promise<Writer> {
  const replica = createReplica(await lab.host(name), programs, store);
  return { ...replica, client: appMeshClient(replica.endpoint) };
}

async function startApp(host: Host, node: ColorNode): Promise<void> {
  const file = node === GATEWAY ? 'colorgateway.ts' : 'colorteller.ts';
  const env = { COLOR_TELLER_ENDPOINT: `${TELLER}:${PORT}`, COLOR: node === RED ? 'red' : 'blue' };
  const app = host.spawn('app', process.execPath, [join(import.meta.dirname, '../../demo/apps', file)], {
    env,
  });
  await app.line(/./);
}

/** All connected proxies, of both replicas. */
async function proxies(): Promise<readonly ProxyStatus[]> {
  const all = await Promise.all(replicas.map((each) => each.status()));
  return all.flatMap((each) => each?.proxies ?? []);
}

/** The replica that the gateway's proxy is connected to. */
async function serving(): Promise<Writer> {
  return until(
    'a replica that serves the gateway',
    async () => {
      for (const each of replicas) {
        const status = await each.status();
        if (status?.proxies.some(({ peer }) => peer.startsWith(`${gateway.address}:`))) return each;
      }
      return undefined;
    },
    { limitMs: 120_000 },
  );
}

function anyone(but?: Writer): Writer {
  const found = replicas.find((each) => each !== but);
  if (found === undefined) throw new Error('there are two replicas');
  return found;
}

/** Calls `act`, and waits until the gateway's Envoy has counted its effect. */
async function counted(stat: string, act: () => Promise<void>): Promise<void> {
  const before = await admin.stat(`cluster_manager.${stat}`);
  await act();
  const after = () => admin.stat(`cluster_manager.${stat}`);
  await until(`${stat} above ${before}`, async () => (await after()) > before, {
    limitMs: 120_000,
    everyMs: 10,
  });
}

async function renameRed(client: AppMeshClient, hostname: string): Promise<void> {
  const node = { meshName: MESH, virtualNodeName: RED };
  const { virtualNode } = await client.send(new DescribeVirtualNodeCommand(node));
  const spec = { ...virtualNode?.spec, serviceDiscovery: { dns: { hostname } } };
  await client.send(new UpdateVirtualNodeCommand({ ...node, spec }));
}

test('no request fails while clusters are added, changed and removed, and control planes are killed, started and stopped', {
  timeout: 1_800_000,
}, async () => {
  const traffic = startTraffic(`http://${gateway.address}:${PORT}/color`, 100);
  let kills = 0;
  for (let cycle = 0; cycle < CYCLES; cycle += 1) {
    const away = cycle % 10 === 5 ? await serving() : undefined;
    const writer = anyone(away);
    await away?.kill();
    kills += away === undefined ? 0 : 1;
    // Twice there is no control plane for a while: the last configuration stays in use.
    if (cycle === 45 || cycle === 75) {
      await writer.kill();
      const before = traffic.tally().requests;
      await until('traffic without a control plane', () => traffic.tally().requests >= before + 50);
      await writer.start();
    }
    await counted('cluster_added', () => updateWeights(writer.client, { [BLUE]: 1, [RED]: 1 }));
    await counted('cluster_modified', () =>
      renameRed(writer.client, cycle % 2 === 0 ? RED_ALIAS : hostnameOf(RED)),
    );
    await away?.start();
    await counted('cluster_removed', () => updateWeights(writer.client, { [BLUE]: 1 }));
  }
  expect(kills).toBe(10);

  // Stopped by SIGTERM, so that the proxies move, there and back.
  for (let move = 0; move < 2; move += 1) {
    const from = await serving();
    expect(await from.stop()).toBe(0);
    expect(await serving()).toBe(anyone(from));
    await until(
      'all at the other',
      async () => {
        const all = await proxies();
        return all.length === 3 && all.every(({ state }) => state === 'in sync');
      },
      { limitMs: 120_000 },
    );
    await from.start();
  }
  await updateWeights(anyone().client, { [RED]: 1 });
  const tallies: Tally[] = [];
  await until(
    'red alone',
    async () => {
      tallies.push(traffic.cut());
      await until('some traffic', () => traffic.tally().requests >= 20);
      return Object.keys(traffic.tally().colors).join() === 'red';
    },
    { limitMs: 120_000 },
  );
  tallies.push(await traffic.stop());
  expect(tallies.map(({ errors }) => errors)).toEqual(tallies.map(() => ({})));
  expect(Object.keys(tallies[0]?.colors ?? {}).toSorted()).toEqual(['blue', 'red']);
  expect(await admin.stat('cluster_manager.cds.update_rejected')).toBe(0);
  expect(await admin.stat('listener_manager.lds.update_rejected')).toBe(0);
});
