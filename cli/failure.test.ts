import { afterEach, expect, it, vi } from 'vitest';
import { reportFailure } from './failure.ts';

afterEach(() => void vi.restoreAllMocks());

it.each([
  ['the store is away', 'daybreak: the store is away: ECONNREFUSED\n'],
  [
    'It is not a store. Nothing was changed.',
    'daybreak: It is not a store. Nothing was changed. (ECONNREFUSED)\n',
  ],
  ['ECONNREFUSED, so nothing was changed', 'daybreak: ECONNREFUSED, so nothing was changed\n'],
])('an error with a cause had "changed.: " in the middle if its text is sentences: %s', (message, text) => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(reportFailure(new Error(message, { cause: new Error('ECONNREFUSED') }))).toBe(1);
  expect(write.mock.calls).toEqual([[text]]);
});
