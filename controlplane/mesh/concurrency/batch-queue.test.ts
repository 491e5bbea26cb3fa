import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createBatchQueue } from './batch-queue.ts';

/** Waits until all work that can begin has begun. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await turn();
}

/** A queue whose batches block until `open` is called. `begun` lists the batches that have begun. */
function gated(limits?: Parameters<typeof createBatchQueue>[1]) {
  const begun: string[] = [];
  const gate = Promise.withResolvers<void>();
  const enqueue = createBatchQueue<string>(async (batch) => {
    begun.push(batch.join(''));
    await gate.promise;
  }, limits);
  return { begun, enqueue, open: () => gate.resolve() };
}

it('batches work that arrives at once, and work that arrives while a batch is under way', async () => {
  const { begun, enqueue, open } = gated();
  for (const work of ['a', 'b']) enqueue('one', work);
  await quiet();
  for (const work of ['c', 'd', 'e']) enqueue('one', work);
  await quiet();
  expect(begun).toEqual(['ab']);
  open();
  await quiet();
  expect(begun).toEqual(['ab', 'cde']);
  enqueue('one', 'f');
  await quiet();
  expect(begun).toEqual(['ab', 'cde', 'f']);
});

it('runs work for another key concurrently', async () => {
  const { begun, enqueue } = gated();
  enqueue('one', 'a');
  enqueue('other', 'b');
  await quiet();
  expect(begun).toEqual(['a', 'b']);
});

it('bounds the work that waits for a key, and the size of a batch', async () => {
  const { begun, enqueue, open } = gated({ waiting: 3, batch: 2 });
  enqueue('one', 'a');
  await quiet();
  for (const work of ['b', 'c', 'd']) enqueue('one', work);
  expect(() => enqueue('one', 'e')).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }));
  enqueue('other', 'x');
  open();
  await quiet();
  expect(begun).toEqual(['a', 'x', 'bc', 'd']);
});
