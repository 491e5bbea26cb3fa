import { expect, test } from 'vitest';
import { causeOfExit, describeCause, exitCodeOf, isPermanent, type EndCause } from './end-cause.ts';

const CAUSES: readonly EndCause[] = [
  { kind: 'exit-code', code: 3 },
  { kind: 'signal', signal: 'SIGSEGV' },
  { kind: 'unseen' },
  { kind: 'hang' },
  { kind: 'stuck' },
  { kind: 'out-of-memory' },
  { kind: 'cannot-start', why: 'w' },
  { kind: 'port-taken', words: 'w' },
  { kind: 'cannot-execute', why: 'w' },
  { kind: 'configuration-refused', words: 'w' },
];

test('each cause has an exit code and words of its own', () => {
  expect(CAUSES.map(exitCodeOf)).toEqual([1, 139, 1, 70, 70, 71, 71, 69, 126, 78]);
  expect(new Set(CAUSES.map(describeCause)).size).toBe(CAUSES.length);
});

test('a restart does not help a program that cannot be executed or refuses its bootstrap', () => {
  expect(CAUSES.filter(isPermanent).map(({ kind }) => kind)).toEqual([
    'cannot-execute',
    'configuration-refused',
  ]);
});

test.each<[number | null, NodeJS.Signals | null, boolean, EndCause]>([
  [7, null, false, { kind: 'exit-code', code: 7 }],
  [null, 'SIGKILL', false, { kind: 'signal', signal: 'SIGKILL' }],
  [null, null, false, { kind: 'unseen' }],
  [null, 'SIGKILL', true, { kind: 'hang' }],
])('code %j, signal %j, hung %j', (code, signal, hung, cause) => {
  expect(causeOfExit({ code, signal }, hung)).toEqual(cause);
});

test('an Envoy that waits in the kernel after SIGKILL was not killed by it', () => {
  expect(causeOfExit({ code: null, signal: 'SIGKILL', isStuck: true }, true)).toEqual({ kind: 'stuck' });
});
