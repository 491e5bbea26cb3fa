import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { agentHandOver } from './hand-over.ts';
import { agentLogLevel } from './log-level.ts';
import { agentReload } from './reload.ts';

// The agent's operator.sock is a server of the test's.

let folder: string;
let server: Server;
let answer: { readonly status: number; readonly body: string };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-operator-'));
  server = createServer((_, response) => void response.writeHead(answer.status).end(answer.body));
  server.listen(join(folder, 'operator.sock'));
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

type Options = { readonly socket: string; readonly output: 'text' | 'json' };
type Stdout = Pick<NodeJS.WritableStream, 'write'>;
type Run = (options: Options, stdout: Stdout) => Promise<void>;

async function printed(run: Run, output: Options['output'], status: number, body: string): Promise<string> {
  answer = { status, body };
  let shown = '';
  const stdout = { write: (text: string) => ((shown += text), true) };
  await run({ socket: join(folder, 'operator.sock'), output }, stdout);
  return shown;
}

const level: Run = (options, out) => agentLogLevel({}, 'debug', { ...options, permanent: false }, out);
const reload: Run = (options, out) => agentReload({}, { ...options, restart: false }, out);
const handOver: Run = (options, out) => agentHandOver({}, options, out);

test('a change of the log level, for people and for programs', async () => {
  const body = 'Setting logging level from [info] to [debug]\n';
  expect(await printed(level, 'text', 200, body)).toBe(body);
  expect(JSON.parse(await printed(level, 'json', 200, body))).toEqual({
    changed: true,
    level: 'debug',
    permanent: false,
    text: body.trim(),
  });
  expect(JSON.parse(await printed(level, 'json', 304, ''))).toMatchObject({ changed: false });
});

test('the outcome of a reload, for people and for programs', async () => {
  const outcome = {
    at: '2026-11-29T20:15:00.000Z',
    how: 'hot restart',
    kind: 'taken over',
    epoch: 3,
    notTaken: [],
  };
  expect(await printed(reload, 'text', 200, JSON.stringify(outcome))).toBe('Envoy 3 has taken over\n');
  expect(JSON.parse(await printed(reload, 'json', 200, JSON.stringify(outcome)))).toEqual(outcome);
});

test('how long Envoy waits for the next agent, for people and for programs', async () => {
  const outcome = { kind: 'accepted', seconds: 120 };
  expect(await printed(handOver, 'text', 200, JSON.stringify(outcome))).toMatch(/^the agent ends; .* 120 s/);
  expect(JSON.parse(await printed(handOver, 'json', 200, JSON.stringify(outcome)))).toEqual(outcome);
});
