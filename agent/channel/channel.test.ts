import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { encodeModelRevision } from '../../common/contracts/agent-channel/model-revision.ts';
import {
  CONNECT_PATH,
  decodeAgentMessage,
  type AgentState,
} from '../../common/contracts/agent-channel/state.ts';
import { encodeQuestion, type Question } from '../../common/contracts/agent-channel/questions.ts';
import { openCall } from '../../xds/grpc/client-call.ts';
import { listenGrpc } from '../../xds/grpc/listen.ts';
import { createGrpcServer } from '../../xds/grpc/server.ts';
import type { ServerCall } from '../../xds/grpc/server-call.ts';
import { status } from '../../xds/grpc/status.ts';
import { createChannel, type Channel, type ChannelOptions } from './channel.ts';

const NODE = 'mesh/m/virtualNode/n';
const STATE: AgentState = {
  instance: 'one',
  ready: false,
  draining: false,
  addresses: [],
  agentVersion: '0.1.0',
  envoyVersion: '',
  runsOn: undefined,
  certificates: [],
  mtlsPorts: [],
  plainCallers: [],
  reason: 'Envoy is not LIVE (starting)',
  reportsLoad: true,
};

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).toReversed()) close();
});

/** A control plane with the channel, or of an older version without it; and an agent's connection to it. */
async function start({
  isOld = false,
  heartbeatMs = 60_000,
  ...others
}: { isOld?: boolean; heartbeatMs?: number } & Partial<ChannelOptions> = {}) {
  const received: ReturnType<typeof decodeAgentMessage>[] = [];
  const calls: ServerCall[] = [];
  const server = createGrpcServer();
  server.add('/ads', () => ({ message: () => undefined, halfClose: () => undefined }));
  if (!isOld) {
    server.add(CONNECT_PATH, (call) => {
      calls.push(call);
      return {
        message: (bytes) => void received.push(decodeAgentMessage(bytes)),
        halfClose: () => undefined,
      };
    });
  }
  const listener = await listenGrpc(server, { port: 0 });
  closers.push(listener.close);
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const channel = createChannel({ nodeId: NODE, log, checkMs: 20, heartbeatMs, ...others });
  closers.push(channel.close);
  const connect = (): void => {
    const ads = openCall(
      { host: '127.0.0.1', port: listener.port },
      '/ads',
      {},
      { onHeaders: () => undefined, onMessage: () => undefined, onEnd: () => undefined },
    );
    closers.push(ads.close);
    channel.connected(ads.openBeside);
  };
  connect();
  return { channel, received, calls, connect, lines };
}

/** Reports a state that the returned object holds. */
function reporting(channel: Channel): { state: AgentState } {
  const held = { state: STATE };
  channel.start(() => held.state);
  return held;
}

test('reports the state at the start, at changes and in between, and names the node once', async () => {
  const { channel, received } = await start({ heartbeatMs: 500 });
  const held = reporting(channel);
  await expect.poll(() => received).toEqual([{ nodeId: NODE, state: STATE }]);
  held.state = { ...STATE, ready: true, reason: '' };
  await expect.poll(() => received.length).toBeGreaterThan(1);
  expect(received[1]).toEqual({ nodeId: '', state: held.state });
  await expect.poll(() => received.length).toBeGreaterThan(3);
  expect(received.slice(2).every(({ nodeId, state }) => nodeId === '' && state?.ready)).toBe(true);
});

test('the revision of the model is the one that the control plane told last', async () => {
  const { channel, received, calls } = await start();
  reporting(channel);
  await expect.poll(() => received.length).toBe(1);
  expect(channel.modelRevision()).toBeUndefined();
  for (const revision of [7, 12]) calls[0]?.write(() => encodeModelRevision(revision));
  await expect.poll(() => channel.modelRevision()).toBe(12);
});

test('a channel that ended opens again, on the same connection or on the next', async () => {
  const { channel, received, calls, connect } = await start();
  reporting(channel);
  await expect.poll(() => received.length).toBe(1);
  calls[0]?.end(status.INTERNAL, 'a fault');
  await expect.poll(() => received.length).toBe(2);
  connect();
  await expect.poll(() => received.length).toBe(3);
  expect(received.every(({ nodeId }) => nodeId === NODE)).toBe(true);
  expect(calls[0]?.connection).toBe(calls[1]?.connection);
  expect(calls[1]?.connection).not.toBe(calls[2]?.connection);
});

test.each([
  ['was open for long enough', 0, ['reset', 'next', 'reset', 'next']],
  ['ended soon', 600_000, ['next', 'next']],
])('the wait before a channel that %s: after hours of service, each end made the next wait longer', async (_, stableMs, waits) => {
  const asked: string[] = [];
  const backoff = { next: () => asked.push('next'), reset: () => void asked.push('reset') };
  const { channel, calls } = await start({ stableMs, backoff });
  expect(asked.splice(0)).toEqual(['reset']);
  reporting(channel);
  for (const index of [0, 1]) {
    await expect.poll(() => calls.length).toBe(index + 1);
    calls[index]?.end(status.INTERNAL, 'a fault');
  }
  await expect.poll(() => calls.length).toBe(3);
  expect(asked).toEqual(waits);
});

test('a control plane without the channel is told so in one line, and is not asked again', async () => {
  const { channel, lines } = await start({ isOld: true });
  const held = reporting(channel);
  await expect.poll(() => lines.join('')).toContain('the control plane has an older version');
  held.state = { ...STATE, ready: true };
  channel.report();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(lines).toHaveLength(1);
});

test('a control plane that does not read holds one report back; once it reads, it gets the newest state, and the others were skipped', async () => {
  const read = Promise.withResolvers<void>();
  const received: Buffer[] = [];
  const server = createServer({ settings: { initialWindowSize: 64 } });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
    if (headers[':path'] !== CONNECT_PATH) return void stream.resume();
    void read.promise.then(() => stream.on('data', (chunk: Buffer) => void received.push(chunk)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  const log = pino({ level: 'silent' });
  const channel = createChannel({ nodeId: NODE, log, checkMs: 10 });
  closers.push(channel.close);
  const ads = openCall(
    { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    '/ads',
    {},
    {
      onHeaders: () => channel.connected(ads.openBeside),
      onMessage: () => undefined,
      onEnd: () => undefined,
    },
  );
  closers.push(ads.close);
  const held = reporting(channel);
  let count = 0;
  await expect
    .poll(() => {
      count += 1;
      held.state = { ...STATE, reason: `state ${count} ${'.'.repeat(100)}` };
      return channel.skipped();
    })
    .toBeGreaterThan(5);
  held.state = { ...STATE, reason: 'the newest' };
  read.resolve();
  await expect.poll(() => Buffer.concat(received).toString()).toContain('the newest');
  const all = Buffer.concat(received).toString();
  expect([...all.matchAll(/state \d+ /g)].length).toBeLessThan(4);
});

test('questions of the control plane are passed on; messages of a newer version and nonsense are skipped; the end ends them', async () => {
  const questions: Question[] = [];
  let ended = 0;
  const { channel, received, calls } = await start({
    onQuestion: (question) => questions.push(question),
    onEnded: () => (ended += 1),
  });
  expect(channel.isReady()).toBe(false);
  reporting(channel);
  await expect.poll(() => received.length).toBe(1);
  const watch = { kind: 'watch load', intervalMs: 5000 } as const;
  for (const message of [Uint8Array.of(0x7a, 1, 1), Uint8Array.of(0xff), encodeQuestion(watch)])
    calls[0]?.write(() => message);
  await expect.poll(() => questions).toEqual([watch]);
  expect(channel.isReady()).toBe(true);
  calls[0]?.end(status.OK);
  await expect.poll(() => ended).toBe(1);
  expect(channel.isReady()).toBe(false);
});
