import { expect, it } from 'vitest';
import { createTurns } from './keyed-mutex.ts';

it('lets work for one key wait for its turn, and that for another go ahead', async () => {
  const inTurn = createTurns();
  const done: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = inTurn('a', async () => {
    await gate.promise;
    done.push('a1');
  });
  const second = inTurn('a', async () => done.push('a2'));
  await inTurn('b', async () => done.push('b'));
  gate.resolve();
  await Promise.all([first, second]);
  expect(done).toEqual(['b', 'a1', 'a2']);
});

it('goes on after a failure, and gives it to the one whose work it was', async () => {
  const inTurn = createTurns();
  const failing = inTurn('a', async () => {
    throw new Error('mine');
  });
  const next = inTurn('a', async () => 'done');
  await expect(failing).rejects.toThrow('mine');
  expect(await next).toBe('done');
});

it('lets only so many wait', async () => {
  const inTurn = createTurns(2);
  const gate = Promise.withResolvers<void>();
  const all = [1, 2, 3, 4].map((each) => inTurn('a', () => gate.promise.then(() => each)));
  await expect(all[3]).rejects.toMatchObject({ code: 'unavailable' });
  expect(await inTurn('b', async () => 'ahead')).toBe('ahead');
  gate.resolve();
  expect(await Promise.all(all.slice(0, 3))).toEqual([1, 2, 3]);
  expect(await inTurn('a', async () => 5)).toBe(5);
});
