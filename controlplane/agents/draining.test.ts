import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createDraining, type NodeId } from './draining.ts';

const NODE: NodeId = { kind: 'virtualNode', owner: '000000000000', mesh: 'm', parent: '', name: 'n' };
const OTHER: NodeId = { ...NODE, name: 'other' };
const one = { from: '10.0.0.1', addresses: ['10.0.0.1', '172.17.0.1'] };
const two = { from: '10.0.0.2', addresses: [] };

/** A table whose `afterEndMs` never passes in a test unless it is given. */
function table(afterEndMs = 1_000_000) {
  const draining = createDraining(afterEndMs);
  const told: string[] = [];
  draining.onChange(({ name }) => told.push(name));
  return { ...draining, told };
}

test('an instance is out while its stream says so, and each change is told once', async () => {
  const { of, set, isSet, told } = table();
  set('a', NODE, one);
  set('b', NODE, two);
  set('a', NODE, one);
  set('c', OTHER, undefined);
  expect(of(NODE)).toEqual([one, two]);
  expect(of(OTHER)).toEqual([]);
  await expect.poll(() => told).toEqual(['n']);
  set('a', NODE, undefined);
  expect([of(NODE), isSet('a'), isSet('b')]).toEqual([[two], false, true]);
  await expect.poll(() => told).toEqual(['n', 'n']);
});

test('after the end of its stream an instance stays out for a bounded time', async () => {
  const { of, set, end, isSet } = table(50);
  set('a', NODE, one);
  end('a');
  end('unknown');
  expect([of(NODE), isSet('a')]).toEqual([[one], false]);
  await expect.poll(() => of(NODE)).toEqual([]);
});

test('an instance that serves under the address of one that has left brings it back, and no other', () => {
  const { of, set, end, serves } = table();
  for (const [stream, leaving] of Object.entries({ a: one, b: two })) set(stream, NODE, leaving);
  end('a');
  serves(OTHER, one);
  serves(NODE, { from: '10.0.0.9', addresses: [] });
  // The stream of `b` still says that it drains.
  serves(NODE, two);
  expect(of(NODE)).toEqual([two, one]);
  serves(NODE, { from: '10.0.0.1', addresses: [] });
  expect(of(NODE)).toEqual([two]);
});

test('an instance that has left stays out while others serve that share an address with it', () => {
  const { of, set, end, serves } = table();
  set('a', NODE, one);
  end('a');
  // Each host has the address of its container bridge.
  serves(NODE, { from: '10.0.0.3', addresses: ['10.0.0.3', '172.17.0.1'] });
  const behindTranslation = { from: '192.0.2.1', addresses: ['10.1.0.1', '172.17.0.1'] };
  set('b', NODE, behindTranslation);
  end('b');
  serves(NODE, { from: '192.0.2.1', addresses: ['10.1.0.2', '172.17.0.1'] });
  expect(of(NODE)).toEqual([one, behindTranslation]);
  serves(NODE, { from: '192.0.2.1', addresses: ['172.17.0.1', '10.1.0.1'] });
  expect(of(NODE)).toEqual([one]);
});

test('a virtual node keeps a bounded number of instances that have left', async () => {
  const { of, set, end } = table();
  for (let index = 0; index < 1500; index += 1) {
    set(`s${index}`, NODE, { from: `10.0.${index >> 8}.${index & 255}`, addresses: [] });
    end(`s${index}`);
  }
  await sleep(0);
  expect(of(NODE).length).toBeLessThanOrEqual(1001);
  expect(of(NODE).at(-1)?.from).toBe('10.0.5.219');
});
