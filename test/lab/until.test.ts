import { expect, test } from 'vitest';
import { until } from './until.ts';

test('returns the first answer that is neither undefined nor false', async () => {
  const answers = [undefined, false, 0] as const;
  let asked = 0;
  expect(await until('a number', () => answers[asked++], { everyMs: 1 })).toBe(0);
  expect(asked).toBe(3);
});

test('an error does not end the wait', async () => {
  let asked = 0;
  const ask = () => {
    if (asked++ === 0) throw new Error('too early');
    return 'now';
  };
  expect(await until('now', ask, { everyMs: 1 })).toBe('now');
});

test('the error says what was waited for, and the last failure', async () => {
  const ask = () => Promise.reject(new Error('connection refused'));
  await expect(until('the gateway', ask, { limitMs: 5, everyMs: 1 })).rejects.toThrow(
    'not within 5 ms: the gateway: connection refused',
  );
  await expect(until('the gateway', () => false, { limitMs: 5, everyMs: 1 })).rejects.toThrow(
    /^not within 5 ms: the gateway$/,
  );
});
