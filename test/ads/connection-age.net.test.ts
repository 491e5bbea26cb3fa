import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Status } from '../../controlplane/status/status.ts';
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
import { startTraffic, type Traffic } from '../../demo/traffic.ts';
import { watchClusters, type ClusterWatcher } from '../lab/clients/ads-client.ts';
import type { Host } from '../lab/host.ts';
import { request } from '../lab/clients/http.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { startSidecar } from '../lab/programs/sidecar.ts';
import { stage, type Stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';

// Two replicas on one PostgreSQL database behind a TCP load balancer, real Envoys, and uninterrupted traffic.

const GATEWAY = 'colorgateway-vn';
const BLUE = 'colorteller-blue-vn';
const RED = 'colorteller-red-vn';
/** The lowest value that is allowed. */
const AGE_S = 10;
const WATCHERS = 12;
const PROXIES = WATCHERS + 3;
const LIMIT = { limitMs: 120_000 };

let lab: Lab;
let postgres: TestPostgres;
let programs: Stage;
let store: string;
const replicas: Host[] = [];
let balancer: Host;
let gateway: Host;
let watchers: readonly ClusterWatcher[] = [];
let traffic: Traffic;

beforeAll(async () => {
  postgres = await startTestPostgres();
  store = await postgres.database();
  lab = await createLab({ name: 'age' });
  programs = await stage(lab);
  for (const name of ['one', 'two']) replicas.push(await lab.host(name));
  balancer = await lab.host('balancer');
  const targets = replicas.map(({ address }) => `${address}:18000`);
  const forwarder = join(import.meta.dirname, '../lab/net/forwarder-program.ts');
  const at = `${balancer.address}:18000`;
  await balancer.spawn('balancer', process.execPath, [forwarder, at, ...targets]).line(/balances/);
  await startReplica(replicas[0]);
  await createColorModel(appMeshClient(apiOf(replicas[0])), { [BLUE]: 1 });
  for (const node of [GATEWAY, BLUE, RED] as const) {
    const dns = [hostnameOf(node), ...(node === RED ? [TELLER] : [])];
    const host = await lab.host(node.replace(/-vn$/, ''), { dns });
    if (node === GATEWAY) gateway = host;
    await startApp(host, node);
    await startSidecar(host, programs, {
      resource: `mesh/${MESH}/virtualNode/${node}`,
      xds: `http://${at}`,
      appPorts: `${PORT}`,
    });
  }
  watchers = Array.from({ length: WATCHERS }, () => watchClusters(at, `mesh/${MESH}/virtualNode/${GATEWAY}`));
  await until('all at the first', async () => (await connected(replicas[0])) === PROXIES, LIMIT);
  await until('a first color', async () => (await request(colorAt(gateway))).status === 200);
  traffic = startTraffic(colorAt(gateway), 100);
});
afterAll(async () => {
  for (const watcher of watchers) watcher.close();
  await lab?.close();
  await postgres?.remove();
});

const apiOf = (host: Host | undefined): string => `http://${host?.address}:8080`;
const colorAt = (host: Host): string => `http://${host.address}:${PORT}/color`;

async function startReplica(host: Host | undefined): Promise<void> {
  const listen = ['--api', `${host?.address}:8080`, '--ads', `${host?.address}:18000`, '--insecure'];
  const flags = ['--store', store, '--max-connection-age', `${AGE_S}`, ...listen];
  const program = host?.spawn('controlplane', programs.node, [programs.daybreak, 'controlplane', ...flags], {
    log: join(host.folder, 'controlplane.log'),
  });
  await program?.line(/"ready":true/);
}

async function startApp(host: Host, node: ColorNode): Promise<void> {
  const file = node === GATEWAY ? 'colorgateway.ts' : 'colorteller.ts';
  const env = { COLOR_TELLER_ENDPOINT: `${TELLER}:${PORT}`, COLOR: node === RED ? 'red' : 'blue' };
  const program = join(import.meta.dirname, '../../demo/apps', file);
  await host.spawn('app', process.execPath, [program], { env }).line(/./);
}

async function connected(host: Host | undefined): Promise<number> {
  const { proxies } = JSON.parse((await request(`${apiOf(host)}/status`)).body) as Status;
  return proxies.filter(({ state }) => state === 'in sync').length;
}

test('a replica that joins receives its share of the proxies; none loses its configuration, and no request fails', {
  timeout: 600_000,
}, async () => {
  const least = new Map(watchers.map((watcher) => [watcher, watcher.count()]));
  expect(Math.min(...least.values())).toBeGreaterThan(0);
  const look = setInterval(() => {
    for (const [watcher, count] of least) least.set(watcher, Math.min(count, watcher.count()));
  }, 10);
  try {
    await startReplica(replicas[1]);
    await until(
      'each has some',
      async () => {
        const counts = await Promise.all(replicas.map(connected));
        return counts.every((count) => count >= PROXIES / 3);
      },
      LIMIT,
    );
    // Several connection ages, each with a change that reaches all proxies on both replicas.
    for (let round = 0; round < 4; round += 1) {
      const writer = appMeshClient(apiOf(replicas[round % 2]));
      const weights = round % 2 === 0 ? { [BLUE]: 1, [RED]: 1 } : { [BLUE]: 1 };
      const clusters = (await watchersAfter(() => updateWeights(writer, weights)))[0];
      expect(clusters).toBeGreaterThan(0);
      const before = traffic.tally().requests;
      await until('traffic', () => traffic.tally().requests > before + 200, LIMIT);
    }
  } finally {
    clearInterval(look);
  }
  expect(Math.min(...least.values())).toBeGreaterThan(0);
  const { errors, requests } = await traffic.stop();
  expect(errors).toEqual({});
  expect(requests).toBeGreaterThan(800);
});

/** Waits until all watchers have the same number of clusters, other than before, and returns the number. */
async function watchersAfter(act: () => Promise<void>): Promise<readonly number[]> {
  const before = watchers[0]?.count();
  await act();
  return until(
    'all watchers have the change',
    () => {
      const counts = [...new Set(watchers.map((watcher) => watcher.count()))];
      return counts.length === 1 && counts[0] !== before ? counts : undefined;
    },
    LIMIT,
  );
}
