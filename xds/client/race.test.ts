import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { startRace, type RaceLost } from './race.ts';
import { nameOf, openStream, type Upstream } from './stream.ts';
import { listenForTest } from '../testing/server.ts';
import { CLUSTER } from '../types.ts';
import { SHORT_FORM } from '../../common/testing/short-form.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup();
});

type Mute = { readonly upstream: Upstream; readonly open: () => number };

/** A server that accepts connections and sends nothing, as a load balancer without a healthy target does. */
async function mute(): Promise<Mute> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { upstream: upstreamAt((server.address() as AddressInfo).port), open: () => sockets.size };
}

async function good(): Promise<Upstream> {
  const { port, stop } = await listenForTest({});
  cleanups.push(stop);
  return upstreamAt(port);
}

/** A port that refuses connections. */
async function refusing(): Promise<Upstream> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return upstreamAt(port);
}

function upstreamAt(port: number): Upstream {
  return { address: { host: '127.0.0.1', port } };
}

/** Runs a race to its end. `outcome`: the target that won, or how the race was lost. */
function race(upstreams: readonly Upstream[], limitMs = 60_000, isReachedFirst = false) {
  const failures: string[] = [];
  const { promise: outcome, resolve } = Promise.withResolvers<string | RaceLost>();
  const started = startRace({
    upstreams,
    limitMs,
    isReachedFirst,
    open(upstream, events) {
      const stream = openStream(upstream, { node: () => ({ id: 'n', cluster: 'n' }) }, events);
      stream.send({ typeUrl: CLUSTER, resourceNamesSubscribe: ['*'] });
      cleanups.push(stream.close);
      return stream;
    },
    onWon(stream) {
      resolve(nameOf(stream.upstream.address));
      return { onResponse: () => undefined, onEnd: () => undefined };
    },
    onFailed: (reason) => failures.push(reason),
    onLost: resolve,
  });
  cleanups.push(started.cancel);
  return { outcome, failures };
}

test.skipIf(SHORT_FORM)(
  'a client goes on to the next server if one accepts the connection and sends nothing',
  async () => {
    const silent = await mute();
    const answering = await good();
    const { outcome, failures } = race([silent.upstream, answering]);
    expect(await outcome).toBe(nameOf(answering.address));
    expect(failures).toEqual([]);
    await expect.poll(silent.open).toBe(0);
  },
);

test('a client tries the next server at once if one refuses the connection', async () => {
  const refuses = await refusing();
  const answering = await good();
  const { outcome, failures } = race([refuses, answering]);
  expect(await outcome).toBe(nameOf(answering.address));
  expect(failures).toEqual([expect.stringContaining(nameOf(refuses.address))]);
});

test('servers that send nothing lose within the time limit, and the result says that they were silent', async () => {
  const silent = await mute();
  const { outcome, failures } = race([silent.upstream], 300);
  expect(await outcome).toEqual({ silent: true, refused: false });
  expect(failures).toEqual([`${nameOf(silent.upstream.address)}: it did not answer within 0.3 s`]);
  await expect.poll(silent.open).toBe(0);
});

test.skipIf(SHORT_FORM)('no stream is opened to a server that does not accept TCP', async () => {
  let opened = 0;
  const lost: Upstream = {
    ...(await good()),
    secure: () => {
      opened += 1;
      return {};
    },
    reach: () => new Promise(() => undefined),
  };
  const { outcome, failures } = race([lost], 60_000, true);
  expect(await outcome).toEqual({ silent: true, refused: false });
  expect(failures).toEqual([`${nameOf(lost.address)}: no TCP connection within 1.5 s`]);
  expect(opened).toBe(0);
});

test('a stream is opened to a server that accepts TCP', async () => {
  const answering: Upstream = { ...(await good()), reach: async () => undefined };
  const { outcome } = race([answering], 60_000, true);
  expect(await outcome).toBe(nameOf(answering.address));
});

test('a cancelled race reports nothing more, and leaves no connection open', async () => {
  const silent = await mute();
  const told: unknown[] = [];
  const started = startRace({
    upstreams: [silent.upstream],
    limitMs: 60_000,
    isReachedFirst: false,
    open: (upstream, events) => openStream(upstream, { node: () => ({ id: 'n', cluster: 'n' }) }, events),
    onWon: () => ({ onResponse: () => undefined, onEnd: () => undefined }),
    onFailed: (reason) => told.push(reason),
    onLost: (lost) => told.push(lost),
  });
  await expect.poll(silent.open).toBe(1);
  started.cancel();
  await expect.poll(silent.open).toBe(0);
  expect(told).toEqual([]);
});
