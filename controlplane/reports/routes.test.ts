import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
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
const answers: IncomingMessage[] = [];
beforeEach(async () => {
  caller = anyone(ACCOUNT);
  api = await startApi();
  reports = createReports({ model: api.live.model, streams: () => [], log });
  api.app.register(
    reportsRoutes({
      reports,
      model: api.live.model,
      mostStreams: 2,
      callerNow: () => caller,
      longRange: undefined,
    }),
  );
  await api.call('PUT', '/meshes', { meshName: 'colors' });
  await api.app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  for (const answer of answers.splice(0)) answer.destroy();
  reports.close();
  await api.close();
});

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
    'The query parameter seconds has to be a whole number from 5 to 900.',
  ],
  [
    '/reports?mesh=colors&seconds=1e2',
    400,
    'The query parameter seconds has to be a whole number from 5 to 900.',
  ],
  ['/reports/stream?mesh=colors&meshOwner=1', 404, 'There is no mesh "colors" of account 1.'],
])('%s: %i', async (url, status, message) => {
  const answer = await api.app.inject(url);
  expect([answer.statusCode, answer.json()]).toEqual([status, { message }]);
});
