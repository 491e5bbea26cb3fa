import { expect, test } from 'vitest';
import { createMutualInstances } from './mutual-instances.ts';
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
  const told: string[] = [];
  table.onChange(({ name }) => told.push(name));
  table.set('a', NODE, one);
  table.end('a');
  table.end('unknown');
  expect(table.of(NODE)).toEqual([one]);
  table.set('b', NODE, one);
  expect(table.of(NODE)).toEqual([one]);
  expect(told).toEqual(['n']);
  table.end('b');
  await expect.poll(() => table.of(NODE)).toEqual([]);
});

test('an instance leaves its virtual node when the name of the proxy means a node of another account', () => {
  const table = createMutualInstances();
  const told: string[] = [];
  table.onChange(({ owner }) => told.push(owner));
  const other: NodeId = { ...NODE, owner: '111111111111' };
  table.set('a', NODE, one);
  table.set('a', other, one);
  expect([table.of(NODE), table.of(other)]).toEqual([[], [one]]);
  expect(told).toEqual([NODE.owner, NODE.owner, other.owner]);
});
