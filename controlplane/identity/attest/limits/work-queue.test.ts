import { beforeEach, expect, it } from 'vitest';
import { createWorkQueue, type WorkKind, type WorkQueue } from './work-queue.ts';

let now: number;
let done: string[];
let refused: string[];
let running: (() => void)[];
let queue: WorkQueue;
beforeEach(() => {
  now = 0;
  done = [];
  refused = [];
  running = [];
  queue = createWorkQueue(() => now, 1);
});

function ask(name: string, kind: WorkKind, by = Infinity): void {
  const work = () =>
    new Promise<void>((resolve) => {
      running.push(() => {
        done.push(name);
        resolve();
      });
    });
  queue.run(kind, by, work).catch(() => refused.push(name));
}

/** The work that is running ends, after so many milliseconds. */
async function pass(ms: number): Promise<void> {
  now += ms;
  running.shift()?.();
  await new Promise(setImmediate);
}

it('does proofs first, then certificates that end soon; renewals and strangers take turns, so that none of them keeps the others out', async () => {
  ask('running', 'first');
  for (const name of ['s1', 's2', 's3']) ask(name, 'first');
  for (const name of ['r1', 'r2']) ask(name, 'renewal');
  ask('e1', 'ending');
  ask('p1', 'proof');
  for (let round = 0; round < 8; round += 1) await pass(1);
  expect(done).toEqual(['running', 'p1', 'e1', 'r1', 's1', 'r2', 's2', 's3']);
  expect(refused).toEqual([]);
});

it('refuses work that cannot be done in time: at once if this shows, or else instead of its beginning', async () => {
  for (let round = 0; round < 100; round += 1) {
    ask('slow', 'renewal');
    await pass(1000);
  }
  // Work takes about a second now.
  ask('first', 'renewal');
  ask('second', 'renewal', now + 4000);
  ask('third', 'renewal', now + 2000);
  await new Promise(setImmediate);
  expect(refused).toEqual(['third']);
  await pass(3500);
  expect(refused).toEqual(['third', 'second']);
  // Nothing waits.
  ask('last', 'renewal', now + 2000);
  await pass(1000);
  expect(done.at(-1)).toBe('last');
});

it('work that fails lets the next one begin', async () => {
  const failed = queue.run('first', Infinity, () => Promise.reject(new Error('broken')));
  ask('next', 'first');
  await expect(failed).rejects.toThrow('broken');
  await pass(0);
  expect(done).toEqual(['next']);
});
