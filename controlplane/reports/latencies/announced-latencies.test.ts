import { expect, test } from 'vitest';
import { FIXTURE_OWNER } from '../../mesh/testing/resources.ts';
import { MOST_ANNOUNCED } from '../../store/store.ts';
import { encodeLatencyParts, encodeLatencyQuestion, encodeTaken, MOST_TEXTS } from './announced-latencies.ts';
import { mergedParts, type LatencyPart } from './latency-parts.ts';
import type { LatencyQuestion } from './question.ts';
import { decodeLatencies } from './read-announcement.ts';

const MESH = { owner: FIXTURE_OWNER, mesh: 'm' };
const FROM = { kind: 'virtualNode', name: 'a' } as const;
const ASKER = { to: 'r1', ask: 7 };
const QUESTION: LatencyQuestion = {
  mesh: MESH,
  proxies: { kind: 'resource', resource: FROM },
  clusters: ['cds_egress_m_b_http_8080'],
  seconds: 5,
};
const part = (cluster: string, ranges: number, count = 3): LatencyPart => ({
  from: FROM,
  cluster,
  distribution: {
    ranges: Array.from({ length: ranges }, (_, index) => ({
      from: Math.fround(index / 10),
      width: Math.fround(0.1),
      count,
    })),
    responses: [0, count, 0, 0, 1],
  },
});

test.each([
  ['of a resource', QUESTION],
  [
    'of one proxy',
    { ...QUESTION, proxies: { kind: 'proxy', peer: '10.0.0.1:1' }, clusters: [], seconds: 0 } as const,
  ],
])('a question %s is read as it was asked', (_, question) => {
  const text = encodeLatencyQuestion('r', 3, question, MOST_ANNOUNCED);
  expect(decodeLatencies(text)).toEqual({ kind: 'question', replica: 'r', ask: 3, question });
});

test('a question with too long names asks for all clusters', () => {
  const clusters = Array.from({ length: 50 }, (_, index) => `c${index}${'x'.repeat(500)}`);
  const text = encodeLatencyQuestion('r', 3, { ...QUESTION, clusters }, MOST_ANNOUNCED);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MOST_ANNOUNCED);
  expect(decodeLatencies(text)).toMatchObject({ question: { clusters: [] } });
});

test('an answer is split into texts within the limit, and their sum is the histogram that the agents read', () => {
  const parts = [part('cds_egress_m_b_http_8080', 950), part('cds_egress_m_c_http_8080', 10), part('x', 0)];
  const missing = [{ reason: 'waiting', proxy: FROM, peer: '10.0.0.2:1' } as const];
  const texts = encodeLatencyParts('r', ASKER, { parts, reporting: 4, missing }, MOST_ANNOUNCED);
  expect(texts.length).toBeGreaterThan(1);
  for (const text of texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MOST_ANNOUNCED);
  const answers = texts.map(decodeLatencies).map((each) => (each?.kind === 'part' ? each : undefined));
  expect(answers.map((each) => [each?.part, each?.count, each?.isCut, each?.parts.reporting])).toEqual(
    texts.map((_, index) => [index, texts.length, false, index === 0 ? 4 : 0]),
  );
  expect(mergedParts(answers.flatMap((each) => each?.parts.parts ?? []))).toEqual(parts);
  expect(answers.flatMap((each) => each?.parts.missing ?? [])).toEqual(missing);
});

test('an answer that is too long keeps the busiest lines, and says so', () => {
  const parts = Array.from({ length: 400 }, (_, index) => part(`c${index}`, 100, index));
  const texts = encodeLatencyParts('r', ASKER, { parts, reporting: 1, missing: [] }, MOST_ANNOUNCED);
  expect(texts).toHaveLength(MOST_TEXTS);
  const answers = texts.map(decodeLatencies).flatMap((each) => (each?.kind === 'part' ? [each] : []));
  expect(answers.every(({ isCut }) => isCut)).toBe(true);
  expect(answers[0]?.parts.parts[0]?.cluster).toBe('c399');
});

test('a replica that takes a question says how many proxies it asks, or that it does not', () => {
  for (const proxies of [0, 12, undefined])
    expect(decodeLatencies(encodeTaken('r', ASKER, proxies))).toEqual({
      kind: 'taken',
      replica: 'r',
      ...ASKER,
      proxies,
    });
});

const answer = (content: object): string =>
  JSON.stringify({
    replica: 'r',
    latencies: { answer: ['r1', 7], part: 0, of: 1, cut: false, reporting: 1, entries: [], ...content },
  });

test.each([
  ['no JSON', '{"latencies":'],
  ['another matter', '{"replica":"r","reports":{"wanted":["1","m"]}}'],
  ['a list', '["latencies":1]'],
  ['no replica', '{"latencies":{"taken":["r1",1],"proxies":1}}'],
  ['a number for a replica', '{"replica":1,"latencies":{"taken":["r1",1],"proxies":1}}'],
  ['null', '{"replica":"r","latencies":null}'],
  ['a question of a minute and more', encodeLatencyQuestion('r', 1, { ...QUESTION, seconds: 61 }, 9999)],
  ['a question of less than no time', encodeLatencyQuestion('r', 1, { ...QUESTION, seconds: -1 }, 9999)],
  [
    'a question of no proxy',
    '{"replica":"r","latencies":{"question":["1","m"],"ask":1,"of":["x","a"],"seconds":1}}',
  ],
  ['a part beyond the parts', answer({ part: 1 })],
  ['a negative part', answer({ part: -1 })],
  ['more parts than an answer has', answer({ of: 1000 })],
  ['no parts', answer({ of: 0 })],
])('%s is no message about latencies', (_, text) => {
  expect(decodeLatencies(text)).toBeUndefined();
});

test.each<[string, unknown]>([
  ['negative responses', ['virtualNode', 'a', 'c', [0, -1, 0, 0, 0], []]],
  ['huge responses', ['virtualNode', 'a', 'c', [0, 1e300, 0, 0, 0], []]],
  ['four classes', ['virtualNode', 'a', 'c', [0, 1, 0, 0], []]],
  ['no caller', ['node', 'a', 'c', [0, 1, 0, 0, 0], []]],
  ['a number for a cluster', ['virtualNode', 'a', 1, [0, 1, 0, 0, 0], []]],
  ['null', null],
  ['text', 'virtualNode'],
])('an entry with %s is left out', (_, entry) => {
  const good = ['virtualNode', 'a', 'c', [0, 1, 0, 0, 0], [1, 1, 1]];
  expect(decodeLatencies(answer({ entries: [entry, good] }))).toMatchObject({
    parts: { parts: [{ cluster: 'c', distribution: { responses: [0, 1, 0, 0, 0] } }], missing: [] },
  });
});

test('ranges below 0, without an end, with half a request or incomplete are left out', () => {
  const ranges = [-1, 1, 1, 1, -1, 1, 1, 1, -1, 1, 1, 0.5, 1e300, 1, 1, '1', 1, 1, 5, 1, 2, 9, 1];
  const entries = [['virtualNode', 'a', 'c', [0, 1, 0, 0, 0], ranges]];
  expect(decodeLatencies(answer({ entries }))).toMatchObject({
    parts: { parts: [{ distribution: { ranges: [{ from: 5, width: 1, count: 2 }] } }] },
  });
});

test('a replica cannot say that more proxies answered than it may ask', () => {
  for (const reporting of [1e9, -1, 1.5, '7', null])
    expect(decodeLatencies(answer({ reporting }))).toMatchObject({ parts: { reporting: 0 } });
});
