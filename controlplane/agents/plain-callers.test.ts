import { expect, test } from 'vitest';
import { createPlainCallers } from './plain-callers.ts';

const NODE = { kind: 'virtualNode', owner: '1', mesh: 'm', parent: '', name: 'a' } as const;
const WINDOW = 1000;

test('a call that an agent with a fast clock reports for tomorrow counts as a call of now: it leaves the window like any other', () => {
  let now = 10_000;
  const callers = createPlainCallers(WINDOW, () => now);
  callers.add(NODE, [{ address: '10.0.0.1', port: 80, last: now + 86_400_000 }]);
  expect(callers.of(NODE)).toEqual([{ address: '10.0.0.1', port: 80, last: now }]);
  now += WINDOW + 1;
  expect(callers.of(NODE)).toEqual([]);
  expect(callers.nodes()).toEqual([]);
});

test('the latest callers of a node are kept, and an older report does not replace a later one', () => {
  const callers = createPlainCallers(WINDOW, () => 500);
  callers.add(NODE, [{ address: 'x', port: 80, last: 400 }]);
  callers.add(NODE, [{ address: 'x', port: 81, last: 300 }]);
  expect(callers.of(NODE)).toEqual([{ address: 'x', port: 80, last: 400 }]);
  callers.add(
    NODE,
    Array.from({ length: 1000 }, (_, at) => ({ address: `${at}`, port: 80, last: 450 })),
  );
  expect(callers.of(NODE)).toHaveLength(1000);
  expect(callers.of(NODE).some(({ address }) => address === 'x')).toBe(false);
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
