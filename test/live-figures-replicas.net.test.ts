import { CreateMeshCommand, CreateVirtualNodeCommand } from '@aws-sdk/client-app-mesh';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { encodeLoad } from '../common/contracts/agent-channel/load.ts';
import { decodeQuestion } from '../common/contracts/agent-channel/questions.ts';
import { CONNECT_PATH, encodeAgentMessage } from '../common/contracts/agent-channel/state.ts';
import type { LiveFigures } from '../common/contracts/reports.ts';
import { startTestPostgres, type TestPostgres } from '../controlplane/store/testing/postgres-server.ts';
import { createDeltaClient } from '../xds/client/client.ts';
import { CLUSTER } from '../xds/types.ts';
import { appMeshClient } from '../demo/color-model.ts';
import { request } from './lab/clients/http.ts';
import { startLocalControlPlane, type LocalControlPlane } from './lab/programs/local-control-plane.ts';
import { until } from './lab/until.ts';

// An agent reports to one replica, and the reader asks the other one.

vi.setConfig({ testTimeout: 300_000, hookTimeout: 180_000 });

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
function agentAt(ads: string): { readonly asked: () => readonly number[] } {
  const [host = '', port] = ads.split(':');
  const asked: number[] = [];
  let timer: NodeJS.Timeout | undefined;
  const client = createDeltaClient({
    upstreams: [{ address: { host, port: Number(port) } }],
    node: () => ({ id: NODE, cluster: 'a', userAgentName: 'envoy' }),
    versions: () => new Map(),
    onUpdate: (update) => client.answer(update),
    onState: () => undefined,
    onConnection(open) {
      const call = open(CONNECT_PATH, {
        onHeaders: () => undefined,
        onMessage(bytes) {
          const question = decodeQuestion(bytes);
          if (question?.kind !== 'watch load') return;
          asked.push(question.intervalMs);
          clearInterval(timer);
          let names = [TO_B];
          if (question.intervalMs > 0)
            timer = setInterval(() => {
              const cluster = { number: 0, requests: 50, ok: 50, errors: 0, active: 1 };
              call.write(encodeLoad({ coversMs: 5000, names, clusters: [cluster] }));
              names = [];
            }, question.intervalMs);
        },
        onEnd: () => clearInterval(timer),
      });
      call.write(encodeAgentMessage(STATE, NODE));
    },
  });
  client.subscribe(CLUSTER, new Set(['*']));
  closers.push(() => {
    clearInterval(timer);
    client.close();
  });
  return { asked: () => asked };
}

const STATE = {
  instance: 'one',
  ready: true,
  draining: false,
  addresses: [],
  agentVersion: '0.1.0',
  envoyVersion: 'envoy 1.40.0',
  runsOn: undefined,
  certificates: [],
  reason: '',
  reportsLoad: true,
  mtlsPorts: [],
  plainCallers: [],
};

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
