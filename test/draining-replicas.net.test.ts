import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack, AnySchema } from '@bufbuild/protobuf/wkt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClusterLoadAssignmentSchema } from '#envoy/envoy/config/endpoint/v3/endpoint_pb.ts';
import {
  CONNECT_PATH,
  encodeAgentMessage,
  type AgentState,
} from '../common/contracts/agent-channel/state.ts';
import { ANY_CREDENTIALS, createCloudMapServices } from '../controlplane/discovery/testing/cloud-map.ts';
import { startMoto, type Moto } from '../controlplane/discovery/testing/moto.ts';
import { startTestPostgres, type TestPostgres } from '../controlplane/store/testing/postgres-server.ts';
import { createDeltaClient } from '../xds/client/client.ts';
import type { Call } from '../xds/grpc/client-call.ts';
import { CLUSTER, ENDPOINTS } from '../xds/types.ts';
import { startLocalControlPlane, type LocalControlPlane } from './lab/programs/local-control-plane.ts';
import { createRollingModel, PORT } from './testing/rolling-model.ts';

// The agent of an instance reports to one replica; the callers of the instance have their streams at another one.

const APP = 'mesh/m/virtualNode/app';
const EDS = `cds_egress_m_app_http_${PORT}`;
const WAIT = { timeout: 120_000 };
/** The address that the agent of the test connects from, and that of another instance. */
const [OWN, OTHER] = ['127.0.0.1', '192.0.2.7'];

let server: TestPostgres;
let moto: Moto;
let start: () => Promise<LocalControlPlane>;
let replicas: readonly LocalControlPlane[];
const closers: (() => void)[] = [];
beforeAll(async () => {
  server = await startTestPostgres();
  moto = await startMoto();
  const service = await createCloudMapServices(moto.endpoint)('prod', 'app');
  await service.register('own', { AWS_INSTANCE_IPV4: OWN });
  await service.register('other', { AWS_INSTANCE_IPV4: OTHER });
  const flags = ['--store', await server.database(), '--cloud-map-interval', '1'];
  const env = {
    AWS_ENDPOINT_URL: moto.endpoint,
    AWS_ACCESS_KEY_ID: ANY_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ANY_CREDENTIALS.secretAccessKey,
  };
  start = () => startLocalControlPlane(flags, { env });
  replicas = await Promise.all([start(), start()]);
  await createRollingModel(replicas[0]?.api ?? '', true);
});
afterAll(async () => {
  for (const close of closers) close();
  await Promise.all((replicas ?? []).map((replica) => replica.stop()));
  await moto?.stop();
  await server?.remove();
});

function addressOf(index: number) {
  const [host = '', port] = (replicas[index]?.ads ?? '').split(':');
  return { host, port: Number(port) };
}

/** A caller's stream at a replica; returns the addresses of the instances that it has now. */
function callerAt(index: number): () => readonly string[] {
  let addresses: readonly string[] = [];
  const client = createDeltaClient({
    upstreams: [{ address: addressOf(index) }],
    node: () => ({ id: 'mesh/m/virtualNode/caller', cluster: 'caller', userAgentName: 'envoy' }),
    versions: () => new Map(),
    onUpdate(update) {
      for (const { any } of update.resources.filter(() => update.typeUrl === ENDPOINTS)) {
        const { endpoints } = anyUnpack(fromBinary(AnySchema, any), ClusterLoadAssignmentSchema) ?? {
          endpoints: [],
        };
        addresses = endpoints
          .flatMap(({ lbEndpoints }) => lbEndpoints)
          .flatMap(({ hostIdentifier: { case: kind, value } }) =>
            kind === 'endpoint' && value.address?.address.case === 'socketAddress'
              ? [value.address.address.value.address]
              : [],
          )
          .toSorted();
      }
      client.answer(update);
    },
    onState: () => undefined,
  });
  client.subscribe(CLUSTER, new Set(['*']));
  client.subscribe(ENDPOINTS, new Set([EDS]));
  closers.push(() => client.close());
  return () => addresses;
}

/** The agent of the instance, with its ADS stream and its channel at a replica. */
async function agentAt(index: number): Promise<{ report(draining: boolean): void; close(): void }> {
  const opened = Promise.withResolvers<void>();
  let call: Call | undefined;
  let state: AgentState | undefined;
  /** The first message on a connection names the node. */
  let nodeId: string | undefined = APP;
  const write = () => {
    if (call === undefined || state === undefined) return;
    call.write(nodeId === undefined ? encodeAgentMessage(state) : encodeAgentMessage(state, nodeId));
    nodeId = undefined;
  };
  const client = createDeltaClient({
    upstreams: [{ address: addressOf(index) }],
    node: () => ({ id: APP, cluster: 'app', userAgentName: 'envoy' }),
    versions: () => new Map(),
    onUpdate: (update) => client.answer(update),
    onState: () => undefined,
    // Again after a connection that took longer than its limit, or was lost.
    onConnection(open) {
      call = open(CONNECT_PATH, {
        onHeaders: () => undefined,
        onMessage: () => undefined,
        onEnd: () => undefined,
      });
      nodeId = APP;
      write();
      opened.resolve();
    },
  });
  client.subscribe(CLUSTER, new Set(['*']));
  closers.push(() => client.close());
  await opened.promise;
  return {
    report(draining) {
      state = {
        instance: 'own',
        ready: !draining,
        draining,
        addresses: [],
        agentVersion: '0.1.0',
        envoyVersion: '',
        runsOn: undefined,
        certificates: [],
        mtlsPorts: [],
        plainCallers: [],
        reason: draining ? 'ECS stops the task' : '',
        reportsLoad: false,
      };
      write();
    },
    close: () => client.close(),
  };
}

test('an instance that drains at one replica leaves the endpoints of callers at the other, and comes back when it serves at either', async () => {
  const [first, second] = [callerAt(0), callerAt(1)];
  const agent = await agentAt(0);
  agent.report(false);
  for (const caller of [first, second]) await expect.poll(caller, WAIT).toEqual([OWN, OTHER]);
  agent.report(true);
  for (const caller of [first, second]) await expect.poll(caller, WAIT).toEqual([OTHER]);
  agent.report(false);
  for (const caller of [first, second]) await expect.poll(caller, WAIT).toEqual([OWN, OTHER]);

  // Its stream ends while it drains: it stays out. Its successor under the same address connects to the other replica.
  agent.report(true);
  for (const caller of [first, second]) await expect.poll(caller, WAIT).toEqual([OTHER]);
  agent.close();
  const successor = await agentAt(1);
  successor.report(false);
  for (const caller of [first, second]) await expect.poll(caller, WAIT).toEqual([OWN, OTHER]);
});

test('a replica that starts during a drain learns of it', async () => {
  const agent = await agentAt(0);
  agent.report(true);
  await expect.poll(callerAt(0), WAIT).toEqual([OTHER]);
  const [stays, ends] = replicas;
  if (stays === undefined || ends === undefined) throw new Error('no replicas');
  await ends.kill();
  replicas = [stays, await start()];
  await expect.poll(callerAt(1), WAIT).toEqual([OTHER]);
});
