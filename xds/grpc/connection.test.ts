import { connect as connectTcp } from 'node:net';
import { constants } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { connectRaw } from '../testing/http2.ts';
import type { Method } from './server.ts';
import type { ServerCall } from './server-call.ts';
import { status } from './status.ts';
import { answerOf, echo, grpcFixture, PATH, silent } from './testing/calls.ts';
import { SHORT_FORM } from '../../common/testing/short-form.ts';

const { serve, raw } = grpcFixture();

test('draining a connection sends GOAWAY, and the connection ends with its last call', async () => {
  const calls: ServerCall[] = [];
  const { port, server } = await serve((call) => {
    calls.push(call);
    call.sendHeaders();
    return echo(call);
  });
  const client = raw(port);
  const idle = raw(port);
  const stream = client.open(PATH);
  await new Promise((resolve) => stream.once('response', resolve));
  const goneAway = new Promise((resolve) => client.session.once('goaway', resolve));
  const idleClosed = new Promise((resolve) => idle.session.once('close', resolve));
  let isDrained = false;
  const drained = server.drain().then(() => (isDrained = true));
  expect(await goneAway).toBe(constants.NGHTTP2_NO_ERROR);
  await idleClosed;
  expect(isDrained).toBe(false);
  calls[0]?.end(status.OK, 'go elsewhere');
  expect((await answerOf(stream)).fields).toMatchObject({ 'grpc-message': 'go elsewhere' });
  await drained;
});

/** Pings often. A peer in this process answers within the limit even on a busy machine. */
const KEEP_ALIVE = { everyMs: 20, timeoutMs: 3000 };

/** Counts the pings that a session receives. */
function pingsOf({ session }: ReturnType<typeof raw>): () => number {
  let pings = 0;
  session.on('ping', () => (pings += 1));
  return () => pings;
}

test.skipIf(SHORT_FORM)('the server closes a connection whose peer does not answer pings', async () => {
  let over = false;
  const open: Method = (call) => {
    call.whenOver(() => (over = true));
    return silent(call);
  };
  const { port } = await serve(open, { keepAlive: KEEP_ALIVE });
  const good = raw(port);
  const pings = pingsOf(good);
  good.open(PATH);
  await expect.poll(pings).toBeGreaterThan(3);
  expect(good.session.destroyed || over).toBe(false);
  const mute = connectTcp(port, '127.0.0.1');
  mute.on('error', () => undefined).resume();
  await new Promise((resolve) => mute.once('close', resolve));
  expect(good.session.destroyed).toBe(false);
});

test('a connection that the client cuts ends its calls at once', async () => {
  let live = 0;
  const { port } = await serve((call) => {
    live += 1;
    call.whenOver(() => (live -= 1));
    call.write(() => Buffer.alloc(200_000));
    return silent(call);
  });
  const client = connectRaw(port);
  for (let count = 0; count < 10; count += 1) client.open(PATH).pause();
  await expect.poll(() => live).toBe(10);
  client.close();
  await expect.poll(() => live).toBe(0);
});

test.skipIf(SHORT_FORM)('keep-alive pings do not close a connection that is draining', async () => {
  const calls: ServerCall[] = [];
  const method: Method = (call) => {
    calls.push(call);
    call.sendHeaders();
    return silent(call);
  };
  const { port, server } = await serve(method, { keepAlive: { everyMs: 20, timeoutMs: 2000 } });
  const client = raw(port);
  const stream = client.open(PATH);
  await new Promise((resolve) => stream.once('response', resolve));
  const drained = server.drain();
  await new Promise((resolve) => client.session.once('goaway', resolve));
  // Longer than the time limit of an unanswered ping.
  await sleep(2500);
  calls[0]?.end(status.OK, 'go elsewhere');
  expect((await answerOf(stream)).fields).toMatchObject({ 'grpc-message': 'go elsewhere' });
  await drained;
});
