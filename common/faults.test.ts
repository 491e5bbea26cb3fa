import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeFault } from './faults.ts';

test('a fault is one line: name, code, message, and where it came from', () => {
  const error = Object.assign(new RangeError('one\n  two'), { code: 'ERR_X' });
  expect(describeFault(error)).toMatch(/^RangeError ERR_X: one; two \(\S*faults\.test\.ts:\d+:\d+\)$/);
  expect(describeFault(Object.assign(new Error('a'), { stack: undefined }))).toBe('Error: a');
  expect(describeFault('a')).toBe('something was thrown that is no error: a');
});

test('the innermost place that is not of Node itself', () => {
  const stack =
    'Error: a\n    at new URL (node:internal/url:1:2)\n    at file:///p/q.ts:3:4\n    at r (/s.ts:5:6)';
  expect(describeFault(Object.assign(new Error('a'), { stack }))).toBe('Error: a (/p/q.ts:3:4)');
});

test.each([
  ['an exception', "setTimeout(() => { throw new Error('a fault'); }, 1);"],
  ['a rejection', "void Promise.reject(new Error('a fault'));"],
  ['an event error', "new EventEmitter().emit('error', new Error('a fault'));"],
])('%s that nothing catches: one line, exit code 1, and no stack; the last report counts', async (_, fault) => {
  const program = `import { EventEmitter } from 'node:events';
    import { describeFault, onFault } from ${JSON.stringify(join(import.meta.dirname, 'faults.ts'))};
    onFault(() => console.error('not this one'));
    onFault((error) => console.error(describeFault(error)));
    process.on('exit', () => console.error('exit'));
    ${fault}`;
  const ended = await new Promise((resolve) => {
    const args = ['--no-warnings', '--input-type=module-typescript', '--eval', program];
    execFile(process.execPath, args, (error, _stdout, stderr) => resolve({ code: error?.code, stderr }));
  });
  expect(ended).toEqual({ code: 1, stderr: expect.stringMatching(/^Error: a fault \(.*\)\nexit\n$/) });
});
