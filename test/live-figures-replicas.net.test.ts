import { CreateMeshCommand, CreateVirtualNodeCommand } from '@aws-sdk/client-app-mesh';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { LiveFigures } from '../common/contracts/reports.ts';
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
  for (const virtualNodeName of ['a', 'b'])
    await client.send(new CreateVirtualNodeCommand({ meshName: 'm', virtualNodeName, spec: {} }));
  client.destroy();
});
afterAll(async () => {
  for (const close of closers) close();
  await Promise.all((replicas ?? []).map((replica) => replica.stop()));
  await server?.remove();
});

/** An agent of `a` at a replica, which reports 50 requests each five seconds while it is asked. */
function agentAt(ads: string): ReportingAgent {
  const counts = () => [{ name: TO_B, requests: 50, ok: 50, errors: 0, active: 1 }];
  const agent = startReportingAgent({ ads, node: NODE, counts });
  closers.push(agent.close);
  return agent;
}

test('a reader at one replica sees what an agent reports to the other; when the reader leaves, both stop asking', async () => {
  const agent = agentAt(replicas[1]?.ads ?? '');
  const read = async (): Promise<LiveFigures> =>
    JSON.parse((await request(`${replicas[0]?.api}/reports?mesh=m`)).body) as LiveFigures;
  const figures = await until(
    'requests of the other replica',
    async () => {
      const found = await read();
      const [line] = found.lines;
      return (line?.requests ?? []).some((value) => (value ?? 0) > 20) && found;
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
  const missing = await until('the lost replica', async () => (await read()).missing.at(0), PATIENT);
  expect(missing).toMatchObject({
    reason: 'replica',
    replica: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
  });
});
