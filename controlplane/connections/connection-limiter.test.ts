import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import {
  createConnectionLimiter,
  type ConnectionLimiter,
  type ConnectionSlot,
} from './connection-limiter.ts';
import { connectionLimits } from './limits.ts';

type Turn = readonly [why: string, address: string];

function limiter(
  all: number,
  strangers: number,
): { readonly limiter: ConnectionLimiter; readonly turns: readonly Turn[] } {
  const turns: Turn[] = [];
  const onClosed = (...turn: Turn): void => void turns.push(turn);
  return { limiter: createConnectionLimiter({ limits: { all, strangers }, onClosed }), turns };
}

function enter(
  to: ConnectionLimiter,
  address: string,
): { readonly socket: Socket; readonly slot: ConnectionSlot | undefined } {
  const socket = new Socket();
  return { socket, slot: to.admit(socket, address) };
}

test('a flood from one address evicts only its own connections, the oldest first', () => {
  const { limiter: to, turns } = limiter(100, 10);
  const good = enter(to, '10.0.0.9');
  const flood = Array.from({ length: 50 }, () => enter(to, '10.0.0.1'));
  expect(good.socket.destroyed).toBe(false);
  expect(flood.map(({ socket }) => socket.destroyed)).toEqual(flood.map((_, index) => index < 41));
  expect(turns).toHaveLength(41);
  expect(new Set(turns.map(([why, address]) => `${why} ${address}`))).toEqual(new Set(['replaced 10.0.0.1']));
  expect(to.counts()).toEqual({ known: 0, strangers: 10 });
});

test('a burst of 501 new connections from one client loses none: a quarter of the places was its limit', () => {
  const limits = connectionLimits('1000');
  if (!('value' in limits)) throw new Error(limits.wanted);
  const { limiter: to, turns } = limiter(limits.value.all, limits.value.strangers);
  const burst = Array.from({ length: 501 }, () => enter(to, '10.0.0.1'));
  expect(burst.some(({ socket }) => socket.destroyed)).toBe(false);
  expect(turns).toEqual([]);
});

test('authenticated connections do not count as strangers, and are not evicted while they are busy', () => {
  const { limiter: to, turns } = limiter(20, 4);
  const known = Array.from({ length: 20 }, () => {
    const each = enter(to, '10.0.0.1');
    each.slot?.beginCall();
    return each;
  });
  expect(to.counts()).toEqual({ known: 20, strangers: 0 });
  expect(turns).toEqual([]);
  const late = enter(to, '10.0.0.2');
  expect([late.slot, late.socket.destroyed]).toEqual([undefined, true]);
  expect(turns).toEqual([['full', '10.0.0.2']]);
  expect(known.some(({ socket }) => socket.destroyed)).toBe(false);
});

test('at the limit, strangers are evicted first, then the connection that has been idle for longest', () => {
  const { limiter: to } = limiter(4, 2);
  const [worker, first, second] = Array.from({ length: 3 }, () => {
    const { socket, slot } = enter(to, '10.0.0.1');
    return { socket, end: slot?.beginCall() };
  });
  second?.end?.();
  first?.end?.();
  const stranger = enter(to, '10.0.0.1');
  const states = () => [worker, first, second, stranger].map((each) => each?.socket.destroyed);
  expect(states()).toEqual([false, false, false, false]);
  for (const gone of [
    [false, false, false, true],
    [false, false, true, true],
    [false, true, true, true],
  ]) {
    enter(to, '10.0.0.1').slot?.beginCall();
    expect(states()).toEqual(gone);
  }
  expect(enter(to, '10.0.0.1').slot).toBeUndefined();
});

test('a connection with several calls is busy until the last is over', () => {
  const { limiter: to } = limiter(1, 1);
  const { slot, socket } = enter(to, '10.0.0.1');
  const [one, two] = [slot?.beginCall(), slot?.beginCall()];
  one?.();
  expect(enter(to, '10.0.0.1').slot).toBeUndefined();
  two?.();
  expect(enter(to, '10.0.0.1').slot).toBeDefined();
  expect(socket.destroyed).toBe(true);
});

test('closed connections free their slots', async () => {
  const { limiter: to, turns } = limiter(3, 3);
  const three = Array.from({ length: 3 }, () => enter(to, '10.0.0.1'));
  three[0]?.slot?.beginCall();
  const end = three[1]?.slot?.beginCall();
  for (const { socket } of three) socket.destroy();
  await expect.poll(() => to.counts()).toEqual({ known: 0, strangers: 0 });
  end?.();
  expect(to.counts()).toEqual({ known: 0, strangers: 0 });
  expect(turns).toEqual([]);
});

test("a connection counts for its client's address after a balancer's header set it", () => {
  const { limiter: to } = limiter(100, 4);
  const sockets = Array.from({ length: 4 }, (_, index) => {
    const { socket, slot } = enter(to, '10.0.0.1');
    slot?.setAddress(index < 2 ? '192.0.2.1' : `192.0.2.${index}`);
    return socket;
  });
  enter(to, '10.0.0.1');
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, false, false, false]);
});

test('a connection that does not authenticate in time is closed, an authenticated one stays', async () => {
  const turns: Turn[] = [];
  const to = createConnectionLimiter({
    limits: { all: 9, strangers: 9 },
    silentMs: 30,
    onClosed: (...turn) => void turns.push(turn),
  });
  const known = enter(to, '10.0.0.1');
  known.slot?.beginCall()();
  const silent = enter(to, '10.0.0.2');
  await expect.poll(() => silent.socket.destroyed).toBe(true);
  expect(turns).toEqual([['silent', '10.0.0.2']]);
  expect(known.socket.destroyed).toBe(false);
});
