import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeFault } from './faults.ts';

test('describes a fault on one line: name, code, message and source position', () => {
  const error = Object.assign(new RangeError('one\n  two'), { code: 'ERR_X' });
  expect(describeFault(error)).toMatch(/^RangeError ERR_X: one; two \(\S*faults\.test\.ts:\d+:\d+\)$/);
  expect(describeFault(Object.assign(new Error('a'), { stack: undefined }))).toBe('Error: a');
  expect(describeFault('a')).toBe('a value other than an Error was thrown: a');
});

test('the source position is the innermost one outside Node itself', () => {
  const stack =
    'Error: a\n    at new URL (node:internal/url:1:2)\n    at file:///p/q.ts:3:4\n    at r (/s.ts:5:6)';
  expect(describeFault(Object.assign(new Error('a'), { stack }))).toBe('Error: a (/p/q.ts:3:4)');
});

test.each([
  ['an exception', "setTimeout(() => { throw new Error('a fault'); }, 1);"],
  ['a rejection', "void Promise.reject(new Error('a fault'));"],
  ['an event error', "new EventEmitter().emit('error', new Error('a fault'));"],
])('%s without a handler prints one line without a stack and exits with 1; the last report function is used', async (_, fault) => {
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
