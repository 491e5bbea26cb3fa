import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { encodeLatencies, MOST_ANSWER_MESSAGES } from '../../common/contracts/agent-channel/latencies.ts';
import { decodeModelRevision } from '../../common/contracts/agent-channel/model-revision.ts';
import {
  CONNECT_PATH,
  encodeAgentMessage,
  type AgentState,
  MOST_MESSAGE_BYTES,
} from '../../common/contracts/agent-channel/state.ts';
import { openCall, type Call, type CallOutcome } from '../../xds/grpc/client-call.ts';
import { status } from '../../xds/grpc/status.ts';
import { DELTA_METHOD } from '../../xds/service.ts';
import { CLUSTER } from '../../xds/types.ts';
import { create, toBinary } from '@bufbuild/protobuf';
import { DeltaDiscoveryRequestSchema } from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { FIXTURE_OWNER, put, resourceFromInput } from '../mesh/testing/resources.ts';
import { tellRevision } from './agent-entry.ts';
import { accessFixture, tokenLine, type Served } from '../ads/testing/access.ts';

const A = 'mesh/m/virtualNode/a';
const B = 'mesh/m/virtualNode/b';
const STATE: AgentState = {
  instance: 'one',
  ready: true,
  draining: false,
  addresses: ['10.0.0.5'],
  agentVersion: '0.1.0',
  envoyVersion: 'envoy 1.40.0',
  runsOn: { source: 'live', since: 1_796_000_000_000 },
  certificates: [],
  reason: '',
  reportsLoad: true,
  mtlsPorts: [],
  plainCallers: [],
};

const { file, serve } = accessFixture();
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Opened = {
  readonly call: Call;
  /** Messages of the control plane. */
  readonly messages: readonly Uint8Array[];
  readonly headers: Promise<string>;
  readonly ended: Promise<CallOutcome>;
};

/** An agent of virtual node `a`: its ADS stream, on whose connection it opens further calls. */
async function connect({ address }: Served): Promise<{ beside(): Opened }> {
  const port = Number(address.split(':')[1]);
  const tls = { ca: await readFile(file('cert.pem')) };
  const headers = { authorization: 'Bearer a' };
  const ready = Promise.withResolvers<string>();
  const ads = openCall(
    { host: 'localhost', port },
    DELTA_METHOD.path,
    { tls, headers },
    { onHeaders: ready.resolve, onMessage: () => undefined, onEnd: ({ details }) => ready.reject(details) },
  );
  closers.push(ads.close);
  ads.write(
    toBinary(
      DeltaDiscoveryRequestSchema,
      create(DeltaDiscoveryRequestSchema, { node: { id: A }, typeUrl: CLUSTER }),
    ),
  );
  await ready.promise;
  return {
    beside() {
      const taken = Promise.withResolvers<string>();
      const ended = Promise.withResolvers<CallOutcome>();
      const messages: Uint8Array[] = [];
      const call = ads.openBeside(CONNECT_PATH, {
        onHeaders: taken.resolve,
        onMessage: (message) => void messages.push(new Uint8Array(message)),
        onEnd: ended.resolve,
      });
      return { call, messages, headers: taken.promise, ended: ended.promise };
    },
  };
}

async function start(rate = 1000): Promise<{ served: Served; agent: Awaited<ReturnType<typeof connect>> }> {
  await writeFile(file('tokens'), tokenLine('a', [A]));
  const served = await serve({ tokens: true }, { adsRateLimit: { rate: 0.001, burst: rate } });
  return { served, agent: await connect(served) };
}

const peerOf = ({ xds }: Served): string => xds.streams()[0]?.peer ?? '';

test('the latest state of an agent is known by its resource and connection, until its stream ends', async () => {
  const { served, agent } = await start();
  const { call, headers } = agent.beside();
  call.write(encodeAgentMessage(STATE, A));
  await headers;
  const peer = peerOf(served);
  await expect.poll(() => served.agents.reportOf(A, peer)?.state).toEqual(STATE);
  call.write(encodeAgentMessage({ ...STATE, ready: false, reason: 'Envoy is not LIVE' }));
  await expect.poll(() => served.agents.reportOf(A, peer)?.state.ready).toBe(false);
  expect(served.agents.reportOf(B, peer)).toBeUndefined();
  expect(served.agents.reportOf(A, 'elsewhere:1')).toBeUndefined();
  call.close();
  await expect.poll(() => served.agents.reportOf(A, peer)).toBeUndefined();
});

test('an agent is told the revision of the model after a report, if it is another one than before', async () => {
  const { served, agent } = await start();
  const { call, messages } = agent.beside();
  const revisions = () => messages.flatMap((message) => decodeModelRevision(message) ?? []);
  call.write(encodeAgentMessage(STATE, A));
  await expect.poll(revisions).toEqual([0]);
  call.write(encodeAgentMessage({ ...STATE, reason: 'the same revision' }));
  await expect.poll(() => served.agents.reportOf(A, peerOf(served))?.state.reason).toBe('the same revision');
  served.model.apply([put(resourceFromInput({ meshName: 'm' }), 7)]);
  call.write(encodeAgentMessage({ ...STATE, reason: 'another revision' }));
  await expect.poll(revisions).toEqual([0, 7]);
});

test('for an agent that does not read, one message waits, and it will have the latest revision', () => {
  const waiting: (() => Uint8Array)[] = [];
  const entry = { toldRevision: undefined, isTelling: false, call: { write: writeLater } };
  function writeLater(encode: () => Uint8Array): void {
    waiting.push(encode);
  }
  const model = { revision: 0 };
  for (; model.revision < 5; model.revision += 1) tellRevision(entry, model);
  expect(waiting.map((encode) => decodeModelRevision(encode()))).toEqual([5]);
});

test('an agent speaks only for the node of its credential', async () => {
  const { served, agent } = await start();
  const { call, ended } = agent.beside();
  call.write(encodeAgentMessage(STATE, B));
  expect(await ended).toMatchObject({
    code: status.PERMISSION_DENIED,
    details: expect.stringMatching(/not mesh\/m\/virtualNode\/b/),
  });
  expect(served.agents.reportOf(B, peerOf(served))).toBeUndefined();
});

test('messages that are unknown, too long, too many or no messages at all do no harm', async () => {
  const { served, agent } = await start();
  const unknown = agent.beside();
  unknown.call.write(Uint8Array.of(0x0a, A.length, ...Buffer.from(A), 0x7a, 2, 8, 1));
  await unknown.headers;
  expect(served.agents.reportOf(A, peerOf(served))).toBeUndefined();
  expect(await second(agent)).toMatchObject({ code: status.ALREADY_EXISTS });
  for (let index = 0; index < 200; index += 1) unknown.call.write(encodeAgentMessage(STATE));
  expect(await unknown.ended).toMatchObject({ code: status.RESOURCE_EXHAUSTED });

  const none = agent.beside();
  none.call.write(Buffer.from('nonsense'));
  expect(await none.ended).toMatchObject({ code: status.INVALID_ARGUMENT });

  const long = agent.beside();
  long.call.write(Buffer.alloc(MOST_MESSAGE_BYTES + 1));
  expect(await long.ended).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
  expect(served.xds.streams()).toHaveLength(1);
});

test('an agent that answers questions for latencies at length is not one that sends too many messages', async () => {
  const { served, agent } = await start();
  const { call, headers, ended } = agent.beside();
  call.write(encodeAgentMessage(STATE, A));
  await headers;
  for (let ask = 1; ask <= 5; ask += 1) {
    served.connected[0]?.send({ kind: 'ask latencies', ask, clusters: [] });
    for (let part = 1; part <= MOST_ANSWER_MESSAGES; part += 1)
      call.write(
        encodeLatencies({ ask, clusters: [], isLast: part === MOST_ANSWER_MESSAGES, isFailed: false }),
      );
    call.write(encodeAgentMessage({ ...STATE, reason: `answer ${ask}` }));
    await expect.poll(() => served.agents.reportOf(A, peerOf(served))?.state.reason).toBe(`answer ${ask}`);
  }
  // Messages that were not asked for count.
  for (let index = 0; index < 200; index += 1)
    call.write(encodeLatencies({ ask: 9, clusters: [], isLast: true, isFailed: false }));
  expect(await ended).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
});

async function second(agent: Awaited<ReturnType<typeof connect>>): Promise<CallOutcome> {
  const { call, ended } = agent.beside();
  call.write(encodeAgentMessage(STATE, A));
  return ended;
}

test('an agent is no newcomer beside its own proxy, but only once a connection', async () => {
  const { served, agent } = await start(1);
  const first = agent.beside();
  first.call.write(encodeAgentMessage(STATE, A));
  await first.headers;
  first.call.close();
  await expect.poll(() => served.agents.reportOf(A, peerOf(served))).toBeUndefined();
  expect(await second(agent)).toMatchObject({
    code: status.RESOURCE_EXHAUSTED,
    details: expect.stringMatching(/ads-rate-limit/),
  });
});

test('an agent that drains takes out its own instance, by the address that it connects from and those that it names', async () => {
  const { served, agent } = await start();
  served.model.apply([
    put(resourceFromInput({ meshName: 'm' }), 1),
    put(resourceFromInput({ meshName: 'm', virtualNodeName: 'a', spec: {} }), 2),
  ]);
  const node = { kind: 'virtualNode', owner: FIXTURE_OWNER, mesh: 'm', parent: '', name: 'a' } as const;
  const from = peerOf(served)
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace('::ffff:', '');
  const { call, headers } = agent.beside();
  call.write(encodeAgentMessage(STATE, A));
  await headers;
  expect(served.draining.of(node)).toEqual([]);
  call.write(encodeAgentMessage({ ...STATE, draining: true, ready: false }));
  await expect.poll(() => served.draining.of(node)).toEqual([{ from, addresses: STATE.addresses }]);
  call.write(encodeAgentMessage(STATE));
  await expect.poll(() => served.draining.of(node)).toEqual([]);
  call.write(encodeAgentMessage({ ...STATE, draining: true, ready: false }));
  await expect.poll(() => served.draining.of(node)).toHaveLength(1);
  call.close();
  await expect.poll(() => served.agents.reportOf(A, peerOf(served))).toBeUndefined();
  expect(served.draining.of(node)).toHaveLength(1);
  const next = agent.beside();
  next.call.write(encodeAgentMessage(STATE, A));
  await next.headers;
  await expect.poll(() => served.draining.of(node)).toEqual([]);
});

test('without authentication, an agent takes out nothing but the address that it connects from', async () => {
  const served = await serve({});
  served.model.apply([
    put(resourceFromInput({ meshName: 'm' }), 1),
    put(resourceFromInput({ meshName: 'm', virtualNodeName: 'a', spec: {} }), 2),
  ]);
  const node = { kind: 'virtualNode', owner: FIXTURE_OWNER, mesh: 'm', parent: '', name: 'a' } as const;
  const agent = await connect(served);
  agent.beside().call.write(encodeAgentMessage({ ...STATE, draining: true }, A));
  await expect.poll(() => served.draining.of(node)).toMatchObject([{ addresses: [] }]);
});

test('the reports of all agents are read at once: proxies by address, and the refusals of a virtual node', async () => {
  const { served, agent } = await start();
  served.model.apply([
    put(resourceFromInput({ meshName: 'm' }), 1),
    put(resourceFromInput({ meshName: 'm', virtualNodeName: 'a', spec: {} }), 2),
  ]);
  const refusals = [{ port: 80, caller: '', rule: 'none', count: 2 }];
  const { call } = agent.beside();
  call.write(encodeAgentMessage({ ...STATE, refusals }, A));
  const id = { kind: 'virtualNode', owner: FIXTURE_OWNER, mesh: 'm', parent: '', name: 'a' } as const;
  await expect.poll(() => served.agents.read().refusalsOf(id)).toEqual(refusals);
  const { proxyAt, refusalsOf } = served.agents.read();
  expect(proxyAt('10.0.0.5')).toEqual({ path: A, id });
  expect(proxyAt(peerOf(served).replace(/:\d+$/, ''))).toEqual({ path: A, id });
  expect(proxyAt('10.0.0.6')).toBeUndefined();
  expect(refusalsOf({ ...id, name: 'b' })).toEqual([]);
});
