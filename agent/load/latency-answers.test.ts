import { pino } from 'pino';
import { expect, test } from 'vitest';
import { decodeAgentMessage, MOST_MESSAGE_BYTES } from '../../common/contracts/agent-channel/state.ts';
import { createLatencyAnswers } from './latency-answers.ts';

const log = pino({ level: 'silent' });
const cluster = (index: number) => `cluster.cds_egress_m_n${index}_http_8080`;

/** An admin interface with this many clusters, each with this many ranges. */
const adminWith = (clusters: number, ranges: number, asked: string[] = []) => ({
  ask: async (_method: 'GET' | 'POST', path: string) => {
    asked.push(decodeURIComponent(path));
    const all = Array.from({ length: clusters }, (_, index) => cluster(index));
    const totals = Array.from({ length: ranges }, (_, index) => ({
      lower_bound: index + 1,
      width: 1,
      count: 300,
    }));
    return JSON.stringify({
      stats: [
        ...all.map((name) => ({ name: `${name}.upstream_rq_5xx`, value: 2 })),
        { histograms: { details: all.map((name) => ({ name: `${name}.upstream_rq_time`, totals })) } },
      ],
    });
  },
});

async function answersOf(
  admin: Parameters<typeof createLatencyAnswers>[0],
  clusters: readonly string[] = [],
) {
  const sent: Uint8Array[] = [];
  const answer = createLatencyAnswers(admin, (message) => void sent.push(message), log);
  answer({ kind: 'ask latencies', ask: 7, clusters });
  await expect
    .poll(() => sent.map((bytes) => decodeAgentMessage(bytes).latencies?.isLast).includes(true))
    .toBe(true);
  for (const bytes of sent) expect(bytes.length).toBeLessThan(MOST_MESSAGE_BYTES);
  return sent.map((bytes) => decodeAgentMessage(bytes).latencies);
}

test('names of clusters are no patterns, and latencies and classes come as Envoy has them', async () => {
  const asked: string[] = [];
  const [part] = await answersOf(adminWith(1, 2, asked), ['cds_egress_m.x_n+_http_1']);
  expect(asked[0]).toContain(String.raw`^cluster\.(cds_egress_m\.x_n\+_http_1)\.upstream_rq_(time|[1-5]xx)$`);
  expect(part).toEqual({
    ask: 7,
    isLast: true,
    isFailed: false,
    clusters: [
      {
        name: 'cds_egress_m_n0_http_8080',
        ranges: [
          { from: 1, width: 1, count: 300 },
          { from: 2, width: 1, count: 300 },
        ],
        responses: [0, 0, 0, 0, 2],
      },
    ],
  });
});

test('a large answer is several messages, of which the last one says so', async () => {
  const parts = await answersOf(adminWith(50, 150));
  expect(parts.length).toBeGreaterThan(5);
  expect(parts.length).toBeLessThanOrEqual(20);
  expect(parts.map((part) => part?.isLast)).toEqual(parts.map((_, index) => index === parts.length - 1));
  expect(parts.flatMap((part) => part?.clusters ?? [])).toHaveLength(50);
});

test('an Envoy that does not answer gives an answer that says so', async () => {
  const admin = { ask: () => Promise.reject(new Error('gone')) };
  expect(await answersOf(admin)).toEqual([{ ask: 7, clusters: [], isLast: true, isFailed: true }]);
});

test.each([
  ['a text for a number', { name: `${cluster(0)}.upstream_rq_5xx`, value: '7' }],
  ['a number below 0', { name: `${cluster(0)}.upstream_rq_5xx`, value: -7 }],
  ['no list of ranges', { histograms: { details: [{ name: `${cluster(0)}.upstream_rq_time` }] } }],
  [
    'a range without a count',
    { histograms: { details: [{ name: `${cluster(0)}.upstream_rq_time`, totals: [{ lower_bound: 1 }] }] } },
  ],
])('statistics with %s fail the question, not the agent', async (_what, statistic) => {
  const admin = { ask: async () => JSON.stringify({ stats: [statistic] }) };
  expect(await answersOf(admin)).toEqual([{ ask: 7, clusters: [], isLast: true, isFailed: true }]);
});
