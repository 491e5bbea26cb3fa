import { expect, test } from 'vitest';
import { attempt, quoted, run } from './command.mjs';

test.each([
  { word: 'npm', text: 'npm' },
  { word: '--prefix=/a/b', text: '--prefix=/a/b' },
  { word: 'a clone', text: `'a clone'` },
  { word: `it's`, text: `'it'\\''s'` },
  { word: '', text: `''` },
])('$word is quoted as $text', ({ word, text }) => {
  expect(quoted(word)).toBe(text);
});

test.each([
  { what: 'its exit code', script: 'echo out; echo err >&2; exit 3', code: 3, output: /^out\nerr\n$/ },
  { what: 'a signal', script: 'kill -TERM $$', code: 143, output: /^$/ },
])('a command is answered with $what', async ({ script, code, output }) => {
  const result = await attempt('sh', ['-c', script], { seconds: 10 });
  expect(result.code).toBe(code);
  expect(result.output).toMatch(output);
});

test('a command that is not there is exit 127', async () => {
  expect((await attempt('no-such-command', [], { seconds: 10 })).code).toBe(127);
});

test('a command that takes too long is killed', async () => {
  const { code, output } = await attempt('sleep', ['60'], { seconds: 0.05 });
  expect(code).toBe(137);
  expect(output).toContain('not done after 0.05 s');
});

test('an interruption ends the command, and is what is thrown', async () => {
  const interrupted = new AbortController();
  const sleeping = attempt('sleep', ['60'], { seconds: 60, signal: interrupted.signal });
  interrupted.abort(new Error('interrupted by SIGINT'));
  await expect(sleeping).rejects.toThrow('interrupted by SIGINT');
});

test('what the command has started ends with it', async () => {
  const interrupted = new AbortController();
  const script = 'sleep 60 & wait';
  const group = attempt('sh', ['-c', script], { seconds: 60, signal: interrupted.signal });
  setTimeout(() => interrupted.abort(new Error('interrupted')), 100);
  // Its output ends with the last of them.
  await expect(group).rejects.toThrow('interrupted');
});

test('a command that must succeed is quoted with the end of its words when it does not', async () => {
  await expect(run('sh', ['-c', 'echo no space left; exit 28'], { seconds: 10 })).rejects.toThrow(
    `exit 28 from: sh -c 'echo no space left; exit 28'\nno space left`,
  );
});
