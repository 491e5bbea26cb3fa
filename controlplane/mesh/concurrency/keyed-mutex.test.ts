import { expect, it } from 'vitest';
import { createKeyedMutex } from './keyed-mutex.ts';

it('runs work for one key in order, and work for another key concurrently', async () => {
  const locked = createKeyedMutex();
  const done: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = locked('a', async () => {
    await gate.promise;
    done.push('a1');
  });
  const second = locked('a', async () => done.push('a2'));
  await locked('b', async () => done.push('b'));
  gate.resolve();
  await Promise.all([first, second]);
  expect(done).toEqual(['b', 'a1', 'a2']);
});

it('continues after a failure, which only the caller of that work receives', async () => {
  const locked = createKeyedMutex();
  const failing = locked('a', async () => {
    throw new Error('mine');
  });
  const next = locked('a', async () => 'done');
  await expect(failing).rejects.toThrow('mine');
  expect(await next).toBe('done');
});

it('rejects work for a key when too much waits for it', async () => {
  const locked = createKeyedMutex(2);
  const gate = Promise.withResolvers<void>();
  const all = [1, 2, 3, 4].map((each) => locked('a', () => gate.promise.then(() => each)));
  await expect(all[3]).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(await locked('b', async () => 'ahead')).toBe('ahead');
  gate.resolve();
  expect(await Promise.all(all.slice(0, 3))).toEqual([1, 2, 3]);
  expect(await locked('a', async () => 5)).toBe(5);
});
