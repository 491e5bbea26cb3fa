import { afterEach, beforeEach, expect, test } from 'vitest';
import { agentState } from '../../../common/contracts/agent-channel/testing/agent-state.ts';
import type { Question } from '../../../common/contracts/agent-channel/questions.ts';
import type { AgentFeed } from '../../agents/agent-entry.ts';
import { startApi, type TestApi } from '../../api/testing/test-api.ts';
import { latenciesRoute } from './latencies-route.ts';
import { createLog } from '../../../common/log.ts';
import { createReports, type Reports } from '../reports.ts';

const STATE = agentState();
const TO_B = 'cds_egress_colors_b_http_8080';

const log = createLog('test', 'silent');
let api: TestApi;
let reports: Reports;
beforeEach(async () => {
  api = await startApi();
  reports = createReports({ model: api.live.model, streams: () => [], log });
  api.app.register(latenciesRoute({ reports, model: api.live.model }));
  await api.call('PUT', '/meshes', { meshName: 'colors' });
  const listeners = [{ portMapping: { port: 8080, protocol: 'http' } }];
  for (const virtualNodeName of ['a', 'b'])
    await api.call('PUT', '/meshes/colors/virtualNodes', {
      virtualNodeName,
      spec: { listeners, serviceDiscovery: { dns: { hostname: 'b.local' } } },
    });
});
afterEach(() => api.close());

/** An agent of `a` that answers each question with these counts of requests of 10 ms. */
function connect(peer: string, counts: readonly number[]): { asked: Question[]; feed: AgentFeed } {
  const asked: Question[] = [];
  const identity = { mesh: 'colors', owner: undefined, kind: 'virtualNode' as const, name: 'a' };
  const feed = reports.connected({
    identity,
    peer,
    send(question) {
      if (question.kind !== 'ask latencies') return;
      const count = counts[asked.length] ?? 0;
      asked.push(question);
      const ranges = [{ from: 10, width: 1, count }];
      const cluster = { name: TO_B, ranges, responses: [0, count, 0, 0, 0] as const };
      setImmediate(() =>
        feed.latencies({ ask: question.ask, clusters: [cluster], isLast: true, isFailed: false }),
      );
    },
  });
  feed.state(STATE);
  return { asked, feed };
}

const get = async (query: string) =>
  (await api.app.inject(`/reports/latencies?mesh=colors&${query}`)).json<object>();

test('the latencies of all proxies of a line, of the seconds between two readings', async () => {
  const { asked } = connect('10.0.0.1:1', [100, 150]);
  connect('10.0.0.2:1', [7, 57]);
  expect(await get('from=virtualNode/a&to=virtualNode/b&seconds=1')).toEqual({
    mesh: 'colors',
    meshOwner: '111122223333',
    seconds: 1,
    lines: [
      {
        from: { kind: 'virtualNode', name: 'a' },
        to: { kind: 'virtualNode', name: 'b' },
        cluster: TO_B,
        milliseconds: { p50: 10.5, p95: 10.95, p99: 10.99 },
        responses: { '1xx': 0, '2xx': 100, '3xx': 0, '4xx': 0, '5xx': 0 },
      },
    ],
    reporting: 2,
    missing: [],
  });
  expect(asked).toMatchObject([{ clusters: [TO_B] }, { clusters: [TO_B] }]);
});

test('one proxy, since the start of its Envoy; one that leaves is missing', async () => {
  const { feed } = connect('10.0.0.1:1', [3]);
  expect(await get('proxy=10.0.0.1:1&seconds=0')).toMatchObject({
    lines: [{ responses: { '2xx': 3 } }],
    reporting: 1,
  });
  const silent = { ...STATE };
  const other = reports.connected({
    identity: { mesh: 'colors', owner: undefined, kind: 'virtualNode', name: 'a' },
    peer: '10.0.0.9:1',
    send: () => setImmediate(() => other.ended()),
  });
  other.state(silent);
  expect(await get('proxy=10.0.0.9:1&seconds=0')).toMatchObject({
    lines: [],
    reporting: 0,
    missing: [{ reason: 'waiting', peer: '10.0.0.9:1' }],
  });
  feed.ended();
  expect(await get('proxy=10.0.0.1:1&seconds=0')).toMatchObject({ lines: [], reporting: 0, missing: [] });
});

test('a hundred readers who ask the same at once share one question to the agent; they got 503, or an empty answer', async () => {
  const { asked } = connect('10.0.0.1:1', [3]);
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => get('from=virtualNode/a&to=virtualNode/b&seconds=0')),
  );
  expect(asked).toHaveLength(1);
  for (const answer of answers)
    expect(answer).toMatchObject({ lines: [{ responses: { '2xx': 3 } }], reporting: 1, missing: [] });
});

test('readers who ask a proxy about different lines at once all get an answer: the agent answers one question at a time', async () => {
  const { asked } = connect('10.0.0.1:1', [3, 5, 7]);
  const queries = [
    'from=virtualNode/a&to=virtualNode/b',
    'proxy=10.0.0.1:1',
    'from=virtualNode/a&to=application',
  ];
  const answers = await Promise.all(queries.map((query) => get(`${query}&seconds=0`)));
  expect(asked).toHaveLength(3);
  for (const answer of answers) expect(answer).toMatchObject({ reporting: 1, missing: [] });
});

test.each([
  [
    'from=node/a',
    'The query parameter from has to be virtualNode/NAME or virtualGateway/NAME, and it is "node/a".',
  ],
  ['seconds=5', 'The query parameter from is needed, once.'],
  [
    'from=virtualNode/a&to=virtualGateway/b',
    'The query parameter to has to be virtualNode/NAME or application.',
  ],
  ['from=virtualNode/a&seconds=61', 'The query parameter seconds has to be a whole number from 0 to 60.'],
])('%s is refused', async (query, message) => {
  expect(await get(query)).toEqual({ message });
});
