import { expect, test } from 'vitest';
import { nextChange } from './mode-change.ts';
import { beginChange, checkChange } from './running-change.ts';

const NODE = { kind: 'virtualNode', owner: '000000000000', mesh: 'm', parent: '', name: 'n' } as const;
const TIMES = { settled: 10, most: 300 };
const begun = beginChange(NODE, { from: 'PERMISSIVE', to: 'STRICT' }, { now: 1000, notBefore: 1100 });
const later = { ...begun, notBefore: 0 };

test.each([
  ['no proxy has answered', later, { now: 1001, isSettled: false }, 'running', undefined],
  ['all are settled since now', later, { now: 1001, isSettled: true }, 'running', 1001],
  ['not long enough', { ...later, settledSince: 1001 }, { now: 1010, isSettled: true }, 'running', 1001],
  ['long enough', { ...later, settledSince: 1001 }, { now: 1011, isSettled: true }, 'settled', undefined],
  [
    'one is behind again',
    { ...later, settledSince: 1001 },
    { now: 1011, isSettled: false },
    'running',
    undefined,
  ],
  ['the longest time is over', later, { now: 1300, isSettled: false }, 'overdue', undefined],
  ['settled since just now at the longest time', later, { now: 1300, isSettled: true }, 'overdue', undefined],
  [
    'too early after a restart',
    { ...begun, settledSince: 1001 },
    { now: 1099, isSettled: true },
    'running',
    1001,
  ],
  [
    'after a restart, late enough',
    { ...begun, settledSince: 1001 },
    { now: 1100, isSettled: true },
    'settled',
    undefined,
  ],
] as const)('%s', (_, change, seen, state, settledSince) => {
  const checked = checkChange(change, seen, TIMES);
  expect(checked.state).toBe(state);
  if (checked.state === 'running') expect(checked.running).toEqual({ ...change, settledSince });
});

test.each([
  [undefined, 'OFF', 'PERMISSIVE', undefined],
  [undefined, 'PERMISSIVE', 'STRICT', { from: 'PERMISSIVE', to: 'STRICT' }],
  [{ from: 'STRICT', to: 'PERMISSIVE' }, 'PERMISSIVE', 'OFF', { from: 'STRICT', to: 'OFF' }],
  [{ from: 'STRICT', to: 'PERMISSIVE' }, 'PERMISSIVE', 'STRICT', undefined],
] as const)('during %j, a mode that was %s is set to %s', (current, was, to, change) => {
  expect(nextChange(current, was, to)).toEqual(change);
});
