import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { untilStopDesired } from './desired-status.ts';
import { SHORT_FORM } from '../../common/testing/short-form.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A metadata service that gives these answers, the last of them for ever, and its log lines. */
async function serve(...answers: ((response: ServerResponse) => void)[]) {
  let asked = 0;
  const server = createServer((_, response) => {
    answers[Math.min(asked, answers.length - 1)]?.(response);
    asked += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const over = new AbortController();
  closers.push(() => {
    over.abort();
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v4/x`;
  const options = { endpoint, log, pollMs: 10, longestWaitMs: 40 };
  return { options, over, lines, asked: () => asked };
}

const says = (status: unknown) => (response: ServerResponse) =>
  void response.end(JSON.stringify({ DesiredStatus: status }));

test('asks until the task is to be stopped', async () => {
  const { options, over, asked } = await serve(says('RUNNING'), says('RUNNING'), says('STOPPED'));
  expect(await untilStopDesired(options, over.signal)).toBe(true);
  expect(asked()).toBe(3);
});

test.skipIf(SHORT_FORM)(
  'errors, nonsense, silence and endless answers are ignored, with one line of log a row',
  async () => {
    const { options, over, lines } = await serve(
      (response) => response.writeHead(500).end(),
      (response) => response.end('nonsense'),
      (response) => response.destroy(),
      says(['STOPPED']),
      () => undefined,
      (response) => void response.write('x'.repeat(300_000)),
      says('STOPPED'),
    );
    expect(await untilStopDesired(options, over.signal)).toBe(true);
    expect(lines).toHaveLength(2);
  },
);

test('ends when it is told to', async () => {
  const { options, over, asked } = await serve(says('RUNNING'));
  const ended = untilStopDesired(options, over.signal);
  await expect.poll(asked).toBeGreaterThan(1);
  over.abort();
  expect(await ended).toBe(false);
});
