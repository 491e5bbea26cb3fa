import { expect, test } from 'vitest';
import { createMutualInstances } from './mutual-instances.ts';
import { createPlainCallers } from './plain-callers.ts';
import type { NodeId } from './draining.ts';

const NODE: NodeId = { kind: 'virtualNode', owner: '000000000000', mesh: 'm', parent: '', name: 'n' };
const one = { from: '10.0.0.1', addresses: [], ports: [8080] };

test('an instance is known while its agent says so, and each change is told once', () => {
  const table = createMutualInstances();
  const told: string[] = [];
  table.onChange(({ name }) => told.push(name));
  table.set('a', NODE, one);
  table.set('a', NODE, { ...one });
  expect([table.of(NODE), told]).toEqual([[one], ['n']]);
  table.set('a', NODE, undefined);
  table.set('a', NODE, undefined);
  expect([table.of(NODE), told]).toEqual([[], ['n', 'n']]);
});

test('an instance whose stream ended stays for a while, and is not counted twice when it connects again', async () => {
  const table = createMutualInstances(50);
  table.set('a', NODE, one);
  table.end('a');
  table.end('unknown');
  expect(table.of(NODE)).toEqual([one]);
  table.set('b', NODE, one);
  expect(table.of(NODE)).toEqual([one]);
  table.end('b');
  await expect.poll(() => table.of(NODE)).toEqual([]);
});

test('callers count for the window after their last call, the latest first', () => {
  let now = 1_000_000;
  const table = createPlainCallers(60_000, () => now);
  table.add(NODE, [{ address: '10.0.0.8', port: 80, last: now }]);
  now += 30_000;
  table.add(NODE, [
    { address: '10.0.0.9', port: 80, last: now },
    { address: '10.0.0.7', port: 80, last: now - 70_000 },
  ]);
  expect(table.of(NODE).map(({ address }) => address)).toEqual(['10.0.0.9', '10.0.0.8']);
  now += 40_000;
  expect(table.of(NODE).map(({ address }) => address)).toEqual(['10.0.0.9']);
  now += 40_000;
  expect([table.of(NODE), table.nodes()]).toEqual([[], []]);
});
