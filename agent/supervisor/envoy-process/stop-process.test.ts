import { expect, test } from 'vitest';
import { stopProcess } from './stop-process.ts';

test('a process that SIGKILL does not end, as in an uninterruptible wait of the kernel, is given up; a stop waited for it without limit', async () => {
  const sent: string[] = [];
  const exit = await stopProcess({
    signal: (name) => sent.push(name),
    exited: new Promise<{ code: number }>(() => undefined),
    stopLimitMs: 1,
    killLimitMs: 1,
  });
  expect(sent).toEqual(['SIGTERM', 'SIGKILL']);
  expect(exit).toEqual({ code: null, signal: 'SIGKILL', isStuck: true });
});

test('a process that ends by SIGTERM gets no SIGKILL', async () => {
  const ended = Promise.withResolvers<{ code: number; signal: null }>();
  const sent: string[] = [];
  const signal = (name: string): void => {
    sent.push(name);
    ended.resolve({ code: 0, signal: null });
  };
  const exit = await stopProcess({ signal, exited: ended.promise, stopLimitMs: 120_000 });
  expect(exit).toEqual({ code: 0, signal: null });
  expect(sent).toEqual(['SIGTERM']);
});
