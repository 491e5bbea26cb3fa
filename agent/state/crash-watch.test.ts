import { expect, test } from 'vitest';
import type { EndCause } from '../endings/end-cause.ts';
import { createCrashWatch } from './crash-watch.ts';

const CRASH: EndCause = { kind: 'signal', signal: 'SIGSEGV' };

function watch({ restarts = 3, stored = true } = {}) {
  let at = 0;
  const subject = createCrashWatch({ restarts, isOnStored: () => stored, now: () => at });
  return (cause: EndCause, afterMs = 500): boolean => {
    subject.begins();
    at += afterMs;
    return subject.ended(cause);
  };
}

test('two quick crashes in a row set the configuration from disk aside', () => {
  const ends = watch();
  expect([ends(CRASH), ends(CRASH)]).toEqual([false, true]);
});

test('an agent that gives up after the first end does so at once', () => {
  expect(watch({ restarts: 0 })(CRASH)).toBe(true);
});

test.each<[string, EndCause]>([
  ['an exit code', { kind: 'exit-code', code: 1 }],
  ['SIGKILL', { kind: 'signal', signal: 'SIGKILL' }],
  ['a lack of memory', { kind: 'out-of-memory' }],
  ['a hang', { kind: 'hang' }],
])('%s is no crash, and ends the row', (_, cause) => {
  const ends = watch();
  expect([ends(CRASH), ends(cause), ends(CRASH)]).toEqual([false, false, false]);
});

test('a crash after a minute does not count, nor one on the configuration of the control plane', () => {
  const ends = watch();
  expect([ends(CRASH), ends(CRASH, 61_000), ends(CRASH)]).toEqual([false, false, false]);
  const live = watch({ stored: false });
  expect([live(CRASH), live(CRASH), live(CRASH)]).toEqual([false, false, false]);
});
