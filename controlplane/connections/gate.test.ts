import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createGate, type Gate, type Place } from './gate.ts';

type Turn = readonly [why: string, address: string];

function gate(all: number, strangers: number): { readonly gate: Gate; readonly turns: readonly Turn[] } {
  const turns: Turn[] = [];
  const onTurnedAway = (...turn: Turn): void => void turns.push(turn);
  return { gate: createGate({ limits: { all, strangers }, onTurnedAway }), turns };
}

function enter(to: Gate, address: string): { readonly socket: Socket; readonly place: Place | undefined } {
  const socket = new Socket();
  return { socket, place: to.enter(socket, address) };
}

test('a flood from one address drives away nobody but itself, the first of it first', () => {
  const { gate: to, turns } = gate(100, 10);
  const good = enter(to, '10.0.0.9');
  const flood = Array.from({ length: 50 }, () => enter(to, '10.0.0.1'));
  expect(good.socket.destroyed).toBe(false);
  expect(flood.map(({ socket }) => socket.destroyed)).toEqual(flood.map((_, index) => index < 41));
  expect(turns).toHaveLength(41);
  expect(new Set(turns.map(([why, address]) => `${why} ${address}`))).toEqual(new Set(['replaced 10.0.0.1']));
  expect(to.counts()).toEqual({ known: 0, strangers: 10 });
});

test('those that have shown who they are do not count as strangers, and are not driven away while they are at work', () => {
  const { gate: to, turns } = gate(20, 4);
  const known = Array.from({ length: 20 }, () => {
    const each = enter(to, '10.0.0.1');
    each.place?.begin();
    return each;
  });
  expect(to.counts()).toEqual({ known: 20, strangers: 0 });
  expect(turns).toEqual([]);
  const late = enter(to, '10.0.0.2');
  expect([late.place, late.socket.destroyed]).toEqual([undefined, true]);
  expect(turns).toEqual([['full', '10.0.0.2']]);
  expect(known.some(({ socket }) => socket.destroyed)).toBe(false);
});

test('where all places are taken, strangers go first, then the one without a call for longest', () => {
  const { gate: to } = gate(4, 2);
  const [worker, first, second] = Array.from({ length: 3 }, () => {
    const { socket, place } = enter(to, '10.0.0.1');
    return { socket, end: place?.begin() };
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
    enter(to, '10.0.0.1').place?.begin();
    expect(states()).toEqual(gone);
  }
  expect(enter(to, '10.0.0.1').place).toBeUndefined();
});

test('a connection that has several calls is at work until the last is over', () => {
  const { gate: to } = gate(1, 1);
  const { place, socket } = enter(to, '10.0.0.1');
  const [one, two] = [place?.begin(), place?.begin()];
  one?.();
  expect(enter(to, '10.0.0.1').place).toBeUndefined();
  two?.();
  expect(enter(to, '10.0.0.1').place).toBeDefined();
  expect(socket.destroyed).toBe(true);
});

test('places of connections that are closed are free', async () => {
  const { gate: to, turns } = gate(3, 3);
  const three = Array.from({ length: 3 }, () => enter(to, '10.0.0.1'));
  three[0]?.place?.begin();
  const end = three[1]?.place?.begin();
  for (const { socket } of three) socket.destroy();
  await expect.poll(() => to.counts()).toEqual({ known: 0, strangers: 0 });
  end?.();
  expect(to.counts()).toEqual({ known: 0, strangers: 0 });
  expect(turns).toEqual([]);
});

test('one whose true address is known later counts where it comes from', () => {
  const { gate: to } = gate(100, 4);
  const sockets = Array.from({ length: 4 }, (_, index) => {
    const { socket, place } = enter(to, '10.0.0.1');
    place?.comesFrom(index < 2 ? '192.0.2.1' : `192.0.2.${index}`);
    return socket;
  });
  enter(to, '10.0.0.1');
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, false, false, false]);
});

test('one that shows nothing for too long is closed, one that has shown who it is stays', async () => {
  const turns: Turn[] = [];
  const to = createGate({
    limits: { all: 9, strangers: 9 },
    silentMs: 30,
    onTurnedAway: (...turn) => void turns.push(turn),
  });
  const known = enter(to, '10.0.0.1');
  known.place?.begin()();
  const silent = enter(to, '10.0.0.2');
  await expect.poll(() => silent.socket.destroyed).toBe(true);
  expect(turns).toEqual([['silent', '10.0.0.2']]);
  expect(known.socket.destroyed).toBe(false);
});
