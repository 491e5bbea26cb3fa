import { beforeEach, expect, it } from 'vitest';
import {
  createHandshakeQueue,
  FIRST_COME_MS,
  MOST_ACCEPTING,
  type HandshakeQueue,
} from './handshake-queue.ts';

let now: number;
let begun: string[];
let gone: Set<string>;
let turns: (() => void)[];
let queue: HandshakeQueue<string>;
beforeEach(() => {
  now = 0;
  begun = [];
  gone = new Set();
  turns = [];
  queue = createHandshakeQueue<string>({
    begin: (one) => void begun.push(one),
    isGone: (one) => gone.has(one),
    now: () => now,
    nextTurn: (work) => void turns.push(work),
  });
});

/** Lets a turn of the event loop pass; `ms`: how long the work of the connections that have begun takes. */
function turn(ms: number): void {
  now += ms;
  for (const work of turns.splice(0)) work();
}

function add(count: number, prefix = ''): readonly string[] {
  const names = Array.from({ length: count }, (_, at) => `${prefix}${at}`);
  for (const name of names) queue.add(name);
  return names;
}

it('begins one handshake per turn, in order, so that handshakes under way make progress', () => {
  const names = add(3);
  turn(1);
  expect(begun).toEqual([]);
  for (const count of [1, 2, 3]) {
    turn(1);
    expect(begun).toEqual(names.slice(0, count));
  }
  expect(turns).toEqual([]);
});

it('first takes what the kernel has, which gives one connection a turn, but not without end', () => {
  for (let at = 0; at < MOST_ACCEPTING - 1; at += 1) {
    queue.add(String(at));
    turn(1);
  }
  expect(begun).toEqual([]);
  queue.add('last');
  turn(1);
  expect(begun).toEqual(['0']);
});

it('once the oldest has waited for long, it and the latest take turns', () => {
  add(20);
  turn(0);
  turn(FIRST_COME_MS - 1);
  expect(begun).toEqual(['0']);
  for (const one of ['19', '1', '18', '2']) {
    turn(1);
    expect(begun.at(-1)).toBe(one);
  }
});

it('skips those whose client is gone', () => {
  add(4);
  gone.add('0').add('2');
  turn(0);
  turn(1);
  turn(1);
  expect(begun).toEqual(['1', '3']);
});

/**
 * Connections arrive at this rate for two minutes, and the kernel gives one of them a turn, the oldest first. The work of each takes 12 turns, or
 * three if its client has given up, after 20 s. Returns how many were served in time in the second minute.
 */
function servedInTime(aSecond: number, costMs: number, accept: (one: string) => void): number {
  const since: number[] = [];
  const stages = new Map<string, number>();
  let accepted = 0;
  let served = 0;
  while (now < 120_000) {
    while (since.length < (now / 1000) * aSecond) since.push(now);
    if (accepted < since.length) accept(String(accepted++));
    for (const one of begun.splice(0)) stages.set(one, now - (since[Number(one)] ?? 0) < 20_000 ? 12 : 3);
    const ms = Math.max(1, (stages.size * costMs) / 12);
    for (const [one, left] of stages) {
      if (left > 1) stages.set(one, left - 1);
      else {
        stages.delete(one);
        if (now > 60_000 && now + ms - (since[Number(one)] ?? 0) < 20_000) served += 1;
      }
    }
    turn(ms);
  }
  return served;
}

it('five times as many as there is time for: most of the time is of use; none was', () => {
  const capacity = 60_000 / 100;
  const before = servedInTime(50, 100, (one) => begun.push(one));
  now = 0;
  const after = servedInTime(50, 100, queue.add);
  expect(before).toBeLessThan(0.1 * capacity);
  expect(after).toBeGreaterThan(0.6 * capacity);
});
