import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LiveFigures } from '../../common/contracts/reports.ts';
import { ACCOUNT, startApi, type TestApi } from '../api/testing/test-api.ts';
import { anyone, type Principal } from '../auth/principal.ts';
import { createLog } from '../../common/log.ts';
import { createReports, type Reports } from './reports.ts';
import { reportsRoutes } from './routes.ts';

const log = createLog('test', 'silent');
let api: TestApi;
let reports: Reports;
/** The caller of the readers, as it is now. */
let caller: Principal | undefined;
/** In place of Prometheus. */
let longRange: (mesh: string, seconds: number) => Promise<LiveFigures>;
const answers: IncomingMessage[] = [];
beforeEach(async () => {
  caller = anyone(ACCOUNT);
  api = await startApi();
  reports = createReports({ model: api.live.model, streams: () => [], log });
  const { model } = api.live;
  const routes = reportsRoutes({
    reports,
    model,
    mostStreams: 2,
    callerNow: () => caller,
    longRange: (mesh, seconds) => longRange(mesh.mesh, seconds),
  });
  api.app.register(async (app) => {
    app.addHook('preHandler', leaveEarly);
    await app.register(routes);
  });
  await api.call('PUT', '/meshes', { meshName: 'colors' });
  await api.app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  for (const answer of answers.splice(0)) answer.destroy();
  reports.close();
  await api.close();
});

/** A client that asks for `&gone` has left before its request is handled. */
async function leaveEarly({ url }: FastifyRequest, { raw }: FastifyReply): Promise<void> {
  if (!url.includes('gone')) return;
  const closed = once(raw, 'close');
  raw.destroy();
  await closed;
}

/** Opens a stream, and collects its text. */
async function open(path: string, headers = {}): Promise<{ answer: IncomingMessage; text: () => string }> {
  const { port } = api.app.server.address() as AddressInfo;
  const [answer] = (await once(get({ host: '127.0.0.1', port, path, headers }), 'response')) as [
    IncomingMessage,
  ];
  answers.push(answer);
  answer.on('error', () => undefined);
  let text = '';
  answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { answer, text: () => text };
}

const figuresIn = (text: string): readonly LiveFigures[] =>
  [...text.matchAll(/^event: figures\n(?:id: \d+\n)?data: (.*)\n\n/gm)].map(
    ([, data = '']) => JSON.parse(data) as LiveFigures,
  );

test('a stream begins with the kept slots, and sends each slot that ends', async () => {
  const { answer, text } = await open('/reports/stream?mesh=colors');
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  // On a busy machine, slots end before the first look.
  await expect.poll(() => figuresIn(text()).length).toBeGreaterThan(0);
  expect(reports.watched()).toBe(1);
  await expect.poll(() => figuresIn(text()).at(-1)?.times.length).toBe(1);
  expect(text()).toMatch(/^retry: \d+$/m);
  expect(text()).toMatch(/^id: \d{13}$/m);
});

test('further streams are turned away until one ends', async () => {
  const [first] = [await open('/reports/stream?mesh=colors'), await open('/reports/stream?mesh=colors')];
  const refused = await open('/reports/stream?mesh=colors');
  expect(refused.answer.statusCode).toBe(503);
  expect(refused.answer.headers['retry-after']).toBe('10');
  first.answer.destroy();
  await expect.poll(async () => (await open('/reports/stream?mesh=colors')).answer.statusCode).toBe(200);
});

test('a stream ends with the next slot when the key of its reader is withdrawn, or its policies no longer allow figures', async () => {
  const withdrawn = await open('/reports/stream?mesh=colors');
  const denied = await open('/reports/stream?mesh=colors');
  caller = undefined;
  await expect.poll(withdrawn.text).toContain('event: problem\ndata: {"message":"The session');
  await expect.poll(denied.text).toContain('event: problem');
  caller = {
    kind: 'user',
    account: ACCOUNT,
    name: 'some',
    accessKeyId: 'AKSOME',
    statements: [],
    sharedMeshes: [],
  };
  const another = await open('/reports/stream?mesh=colors');
  await expect.poll(another.text).toMatch(/event: problem\ndata: .*daybreak:GetReports/);
}, 200_000);

test('a control plane that stops ends its streams, and says so', async () => {
  const { answer, text } = await open('/reports/stream?mesh=colors');
  await expect.poll(() => figuresIn(text()).length).toBeGreaterThan(0);
  const ended = once(answer, 'close');
  await api.app.close();
  await ended;
  expect(text()).toContain('event: problem\ndata: {"message":"This control plane is stopping."}\n\n');
});

test.each([
  ['/reports', 400, 'The query parameter mesh is needed, once.'],
  ['/reports?mesh=none', 404, 'There is no mesh "none" of account 111122223333.'],
  [
    '/reports?mesh=colors&seconds=0',
    400,
    'The query parameter seconds has to be a whole number from 5 to 2678400.',
  ],
  [
    '/reports?mesh=colors&seconds=1e2',
    400,
    'The query parameter seconds has to be a whole number from 5 to 2678400.',
  ],
  [
    '/reports/stream?mesh=colors&seconds=901',
    400,
    'The query parameter seconds has to be a whole number from 5 to 900.',
  ],
  ['/reports/stream?mesh=colors&meshOwner=1', 404, 'There is no mesh "colors" of account 1.'],
])('%s: %i', async (url, status, message) => {
  const answer = await api.app.inject(url);
  expect([answer.statusCode, answer.json()]).toEqual([status, { message }]);
});

test('readers who left before they were served do not use up the streams of others', async () => {
  for (let reader = 0; reader < 5; reader += 1)
    await expect(open('/reports/stream?mesh=colors&gone')).rejects.toThrow(/hang up|ECONNRESET/);
  await expect.poll(async () => (await open('/reports/stream?mesh=colors')).answer.statusCode).toBe(200);
});

test('a reader who connects again gets the slots after the one that it has seen', async () => {
  const { text } = await open('/reports/stream?mesh=colors');
  // Slots end while it waits, at least three.
  await expect.poll(() => figuresIn(text()).flatMap(({ times }) => times).length).toBeGreaterThan(2);
  const times = figuresIn(text()).flatMap((figures) => figures.times);
  const again = await open('/reports/stream?mesh=colors', { 'last-event-id': String(times.at(0)) });
  await expect.poll(() => figuresIn(again.text()).length).toBeGreaterThan(0);
  const [first] = figuresIn(again.text());
  expect(first?.times.length).toBeGreaterThan(1);
  expect((first?.times[0] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(4000);
  expect((first?.times[0] ?? 0) - (times[0] ?? 0)).toBeLessThan(6000);
  const odd = await open('/reports?mesh=colors');
  expect(odd.answer.headers['content-type']).toBe('application/json; charset=utf-8');
  await expect.poll(odd.text).toMatch(/^\{"mesh":"colors",.*\}$/);
});

test('readers who ask for the same longer range at once share one question to Prometheus; too many different ones get 503', async () => {
  const waiting = Promise.withResolvers<LiveFigures>();
  let asked = 0;
  longRange = async () => {
    asked += 1;
    return waiting.promise;
  };
  const ask = (seconds: number) => api.app.inject(`/reports?mesh=colors&seconds=${seconds}`);
  const same = Array.from({ length: 20 }, () => ask(3600));
  const others = [1000, 1001, 1002].map(ask);
  await expect.poll(() => asked).toBe(4);
  const refused = await ask(1003);
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '10']);
  waiting.resolve({ mesh: 'colors' } as LiveFigures);
  for (const answer of await Promise.all([...same, ...others]))
    expect(answer.json()).toEqual({ mesh: 'colors' });
  expect(asked).toBe(4);
});
