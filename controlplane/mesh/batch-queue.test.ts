import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createGroups } from './batch-queue.ts';

/** Until all that can begin has begun. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await turn();
}

/** Groups that wait until they are let through, each noted as it begins. */
function gated(limits?: Parameters<typeof createGroups>[1]) {
  const begun: string[] = [];
  const gate = Promise.withResolvers<void>();
  const groups = createGroups<string>(async (group) => {
    begun.push(group.join(''));
    await gate.promise;
  }, limits);
  return { begun, groups, open: () => gate.resolve() };
}

it('puts together what comes at once, and what comes while a group is under way', async () => {
  const { begun, groups, open } = gated();
  for (const work of ['a', 'b']) groups('one', work);
  await quiet();
  for (const work of ['c', 'd', 'e']) groups('one', work);
  await quiet();
  expect(begun).toEqual(['ab']);
  open();
  await quiet();
  expect(begun).toEqual(['ab', 'cde']);
  groups('one', 'f');
  await quiet();
  expect(begun).toEqual(['ab', 'cde', 'f']);
});

it('lets the work for another key go ahead', async () => {
  const { begun, groups } = gated();
  groups('one', 'a');
  groups('other', 'b');
  await quiet();
  expect(begun).toEqual(['a', 'b']);
});

it('lets only so many wait, and makes no group larger than it may be', async () => {
  const { begun, groups, open } = gated({ waiting: 3, together: 2 });
  groups('one', 'a');
  await quiet();
  for (const work of ['b', 'c', 'd']) groups('one', work);
  expect(() => groups('one', 'e')).toThrow(expect.objectContaining({ code: 'unavailable' }));
  groups('other', 'x');
  open();
  await quiet();
  expect(begun).toEqual(['a', 'x', 'bc', 'd']);
});
