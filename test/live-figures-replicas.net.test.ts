import { CreateMeshCommand, CreateVirtualNodeCommand } from '@aws-sdk/client-app-mesh';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Latencies, LiveFigures } from '../common/contracts/reports.ts';
import { startTestPostgres, type TestPostgres } from '../controlplane/store/testing/postgres-server.ts';
import { appMeshClient } from '../demo/color-model.ts';
import { request } from './lab/clients/http.ts';
import { startLocalControlPlane, type LocalControlPlane } from './lab/programs/local-control-plane.ts';
import { until } from './lab/until.ts';
import { startReportingAgent, type ReportingAgent } from './testing/reporting-agent.ts';

// An agent reports to one replica, and the reader asks the other one.

vi.setConfig({ testTimeout: 300_000 });

const NODE = 'mesh/m/virtualNode/a';
const TO_B = 'cds_egress_m_b_http_8080';
const PATIENT = { limitMs: 120_000, everyMs: 500 };

let server: TestPostgres;
let replicas: readonly LocalControlPlane[];
const closers: (() => void)[] = [];
beforeAll(async () => {
  server = await startTestPostgres();
  const store = ['--store', await server.database()];
  replicas = await Promise.all([startLocalControlPlane(store), startLocalControlPlane(store)]);
  const client = appMeshClient(replicas[0]?.api ?? '');
  await client.send(new CreateMeshCommand({ meshName: 'm' }));
  const listeners = [{ portMapping: { port: 8080, protocol: 'http' as const } }];
  const spec = { listeners, serviceDiscovery: { dns: { hostname: 'b.local' } } };
  for (const virtualNodeName of ['a', 'b'])
    await client.send(new CreateVirtualNodeCommand({ meshName: 'm', virtualNodeName, spec }));
  client.destroy();
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
});
afterAll(async () => {
  await Promise.all((replicas ?? []).map((replica) => replica.stop()));
  await server?.remove();
});

/**
 * An agent of `a` at a replica, which reports 50 requests each five seconds while it is asked. Its Envoy says that it has sent `slow` requests of
 * 100 ms, beside a hundred of 10 ms; Envoy does not answer without.
 */
function agentAt(ads: string, slow?: number): ReportingAgent {
  const counts = () => [{ name: TO_B, requests: 50, ok: 50, errors: 0, active: 1 }];
  const statistics = slow === undefined ? undefined : () => statisticsOf(slow);
  const agent = startReportingAgent({ ads, node: NODE, counts, ...(statistics && { statistics }) });
  closers.push(agent.close);
  return agent;
}

function statisticsOf(slow: number): string {
  const totals = [
    { lower_bound: 10, width: 1, count: 100 },
    { lower_bound: 100, width: 10, count: slow },
  ];
  return JSON.stringify({
    stats: [
      { name: `cluster.${TO_B}.upstream_rq_2xx`, value: 100 + slow },
      { histograms: { details: [{ name: `cluster.${TO_B}.upstream_rq_time`, totals }] } },
    ],
  });
}

test('latencies of a line, and of one proxy, come from the agents of both replicas, whichever is asked', async () => {
  const [near, far] = [agentAt(replicas[0]?.ads ?? '', 0), agentAt(replicas[1]?.ads ?? '', 100)];
  const ask = async (replica: number, query: string): Promise<Latencies> =>
    JSON.parse(
      (await request(`${replicas[replica]?.api}/reports/latencies?mesh=m&seconds=0&${query}`)).body,
    ) as Latencies;
  for (const replica of [0, 1]) {
    const found = await until(
      'the agents of both',
      async () => {
        const answer = await ask(replica, 'from=virtualNode/a&to=virtualNode/b');
        return answer.reporting === 2 && answer;
      },
      PATIENT,
    );
    // A hundred of each agent of 10 ms, and a hundred of one of them of 100 ms.
    expect(found).toMatchObject({
      lines: [{ cluster: TO_B, responses: { '2xx': 300 } }],
      missing: [],
    });
    expect(found.lines[0]?.milliseconds?.p50).toBeLessThan(12);
    expect(found.lines[0]?.milliseconds?.p99).toBeGreaterThan(100);
  }
  // Without a reader of figures, no agent was asked for its load.
  expect([near.asked(), far.asked()]).toEqual([[], []]);

  const { proxies } = (await replicas[1]?.status()) ?? { proxies: [] };
  const peer = proxies[0]?.peer ?? '';
  for (const replica of [0, 1]) {
    const one = await until(
      'the proxy of the other replica',
      async () => {
        const answer = await ask(replica, `proxy=${peer}`);
        return answer.reporting === 1 && answer;
      },
      PATIENT,
    );
    expect(one).toMatchObject({ lines: [{ responses: { '2xx': 200 } }], missing: [] });
  }
});

test('an agent of the other replica that cannot read its Envoy is named as missing', async () => {
  agentAt(replicas[0]?.ads ?? '', 0);
  agentAt(replicas[1]?.ads ?? '');
  const found = await until(
    'the answers of both',
    async () => {
      const { body } = await request(
        `${replicas[0]?.api}/reports/latencies?mesh=m&seconds=0&from=virtualNode/a`,
      );
      const answer = JSON.parse(body) as Latencies;
      return answer.reporting === 1 && answer.missing.length === 1 && answer;
    },
    PATIENT,
  );
  expect(found.missing).toMatchObject([{ reason: 'waiting', proxy: { kind: 'virtualNode', name: 'a' } }]);
});

test('a reader at one replica sees what an agent reports to the other; when the reader leaves, both stop asking', async () => {
  const agent = agentAt(replicas[1]?.ads ?? '');
  const read = async (): Promise<LiveFigures> =>
    JSON.parse((await request(`${replicas[0]?.api}/reports?mesh=m`)).body) as LiveFigures;
  const figures = await until(
    'requests of the other replica',
    async () => {
      const found = await read();
      const [line] = found.lines;
      // Agents of earlier tests may still be counted, as missing ones.
      const isAlone = found.reporting === 1 && found.missing.length === 0;
      return isAlone && (line?.requests ?? []).some((value) => (value ?? 0) > 20) && found;
    },
    PATIENT,
  );
  expect(figures).toMatchObject({
    reporting: 1,
    missing: [],
    lines: [{ from: { name: 'a' }, to: { name: 'b' }, unit: 'requests' }],
  });
  await until('the agent is told to stop', () => agent.asked().at(-1) === 0, PATIENT);

  await read();
  await until('the agent is asked again', () => (agent.asked().at(-1) ?? 0) > 0, PATIENT);
  await until('its replica is known', async () => (await read()).reporting === 1, PATIENT);
  await replicas[1]?.kill();
  // It does not answer within the limit, so its proxies are missing from latencies, too.
  const latencies = JSON.parse(
    (await request(`${replicas[0]?.api}/reports/latencies?mesh=m&seconds=0&from=virtualNode/a`)).body,
  ) as Latencies;
  expect(latencies).toMatchObject({ lines: [], reporting: 0, missing: [{ reason: 'replica' }] });
  const missing = await until('the lost replica', async () => (await read()).missing.at(0), PATIENT);
  expect(missing).toMatchObject({
    reason: 'replica',
    replica: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
  });
});
