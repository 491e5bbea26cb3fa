import { expect, test } from 'vitest';
import { createLog } from '../../../common/log.ts';
import { FIXTURE_OWNER, modelFromInputs } from '../../mesh/testing/resources.ts';
import { MOST_ANNOUNCED } from '../../store/store.ts';
import { encodeLatencyParts, encodeTaken } from './announced-latencies.ts';
import { latenciesOf, type LatencyParts } from './latency-parts.ts';
import type { LatencyQuestion } from './question.ts';
import { decodeLatencies } from './read-announcement.ts';
import { shareLatencies } from './share-latencies.ts';

const log = createLog('test', 'silent');
const MESH = { owner: FIXTURE_OWNER, mesh: 'm' };
const FROM = { kind: 'virtualNode', name: 'a' } as const;
const TO_B = 'cds_egress_m_b_http_8080';
const QUESTION: LatencyQuestion = {
  mesh: MESH,
  proxies: { kind: 'resource', resource: FROM },
  clusters: [TO_B],
  seconds: 0,
};
const NONE: LatencyParts = { parts: [], reporting: 0, missing: [] };
const counted = (count: number, cluster = TO_B, name = 'a'): LatencyParts => ({
  parts: [
    {
      from: { kind: 'virtualNode', name },
      cluster,
      distribution: { ranges: [{ from: 10, width: 1, count }], responses: [0, count, 0, 0, 0] },
    },
  ],
  reporting: 1,
  missing: [],
});

/** Replicas on one bus. A replica that is not known is heard within a second, in one process. */
function bus(hearMs = 1000, limitMs = 60_000) {
  const listeners = new Set<(text: string) => void>();
  const texts: string[] = [];
  const state = { fails: false };
  const say = (text: string): void => {
    texts.push(text);
    for (const listener of listeners) listener(text);
  };
  const store = {
    isShared: true,
    async announce(text: string) {
      if (state.fails) throw new Error('the store is away');
      if (Buffer.byteLength(text) > MOST_ANNOUNCED) throw new Error('too long');
      setImmediate(() => say(text));
    },
    onAnnouncement(listener: (text: string) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const join = (replica: string, read?: () => Promise<LatencyParts>) =>
    shareLatencies(store, {
      replica,
      log,
      hearMs,
      limitMs,
      own: () => ({ proxies: read === undefined ? 0 : 1, read: read ?? (async () => NONE) }),
    });
  /** Calls back with each question, as a replica that the test plays. */
  const onQuestion = (answer: (ask: number) => void): void =>
    void listeners.add((text) => {
      const message = decodeLatencies(text);
      if (message?.kind === 'question') answer(message.ask);
    });
  return { join, say, onQuestion, texts, state };
}

const requestsIn = (all: readonly LatencyParts[]): number =>
  all.flatMap(({ parts }) => parts).reduce((sum, { distribution }) => sum + distribution.responses[1], 0);
const missingIn = (all: readonly LatencyParts[]) => all.flatMap(({ missing }) => missing);

test('the proxies of all replicas answer, also of one that was not known', async () => {
  const { join } = bus();
  const asker = join('r1', async () => counted(1000));
  join('r2', async () => counted(20));
  join('r3', async () => counted(3));
  join('r4');
  const all = await asker.ask(QUESTION, ['r2']);
  expect(requestsIn(all)).toBe(23);
  expect(missingIn(all)).toEqual([]);
  const model = modelFromInputs([{ meshName: 'm' }, { meshName: 'm', virtualNodeName: 'b', spec: {} }]);
  expect(latenciesOf(QUESTION, model, [counted(7), ...all])).toMatchObject({
    lines: [{ cluster: TO_B, responses: { '2xx': 30 }, milliseconds: { p50: 10.5 } }],
    reporting: 3,
    missing: [],
  });
});

test('a known replica that never answers, and one that goes away in the middle, are missing; the others count', async () => {
  const { join, onQuestion, say } = bus(10, 3000);
  const asker = join('r1');
  join('r2', async () => counted(20));
  onQuestion((ask) => say(encodeTaken('gone', { to: 'r1', ask }, 5)));
  onQuestion((ask) => {
    const parts = Array.from({ length: 60 }, () => counted(1, TO_B).parts).flat();
    const [first = ''] = encodeLatencyParts(
      'half',
      { to: 'r1', ask },
      { ...NONE, parts, reporting: 3 },
      2000,
    );
    say(first);
  });
  const all = await asker.ask(QUESTION, ['r2', 'mute']);
  expect(requestsIn(all)).toBe(20);
  expect(all.reduce((sum, { reporting }) => sum + reporting, 0)).toBe(1);
  expect(missingIn(all)).toEqual(
    expect.arrayContaining(['mute', 'gone', 'half'].map((replica) => ({ reason: 'replica', replica }))),
  );
  expect(missingIn(all)).toHaveLength(3);
});

test('a replica with too many questions says so, and is missing at once', async () => {
  const { join, texts } = bus(10);
  const asker = join('r1');
  const waiting = Promise.withResolvers<LatencyParts>();
  join('r2', () => waiting.promise);
  const open = Array.from({ length: 16 }, () => asker.ask(QUESTION, ['r2']));
  await expect.poll(() => texts.filter((text) => text.includes('"taken"')).length).toBe(16);
  expect(missingIn(await asker.ask(QUESTION, ['r2']))).toEqual([{ reason: 'replica', replica: 'r2' }]);
  waiting.resolve(counted(2));
  for (const all of await Promise.all(open)) expect(requestsIn(all)).toBe(2);
});

test('what was not asked for is left out: another caller, another cluster, another question, another replica', async () => {
  const { join, onQuestion, say } = bus();
  const asker = join('r1');
  onQuestion((ask) => {
    const say1 = (replica: string, to: string, number: number, parts: LatencyParts): void =>
      encodeLatencyParts(replica, { to, ask: number }, parts, MOST_ANNOUNCED).forEach(say);
    say1('r2', 'r1', ask, counted(1, TO_B, 'other'));
    say1('r3', 'r1', ask, counted(2, 'cds_egress_other_b_http_8080'));
    say1('r4', 'r1', ask + 1, counted(4));
    say1('r5', 'r9', ask, counted(8));
    say1('r1', 'r1', ask, counted(16));
    say1('r6', 'r1', ask, counted(32));
    // The same again counts once.
    say1('r6', 'r1', ask, counted(32));
  });
  const all = await asker.ask(QUESTION, []);
  expect(requestsIn(all)).toBe(32);
  expect(missingIn(all)).toEqual([]);
});

test('clusters of another mesh, or of nodes that do not exist, are no lines', async () => {
  const model = modelFromInputs([{ meshName: 'm' }, { meshName: 'm', virtualNodeName: 'b', spec: {} }]);
  const all = ['cds_egress_other_b_http_8080', 'cds_egress_m_none_http_1', 'x'.repeat(7000)];
  const found = latenciesOf(
    QUESTION,
    model,
    all.map((cluster) => counted(1, cluster)),
  );
  expect(found.lines).toEqual([]);
});

test('ten thousand made-up replicas and texts that are no JSON take no memory and no answer away', async () => {
  const { join, onQuestion, say } = bus(10, 3000);
  const asker = join('r1');
  join('r2', async () => counted(5));
  onQuestion((ask) => {
    say('{"latencies":');
    say('"latencies":{}');
    for (let index = 0; index < 10_000; index += 1) say(encodeTaken(`x${index}`, { to: 'r1', ask }, 1));
  });
  const all = await asker.ask(QUESTION, ['r2']);
  expect(requestsIn(all)).toBe(5);
  expect(all.length).toBeLessThanOrEqual(64);
});

test('a store that is away makes the known replicas missing at once, and a replica that stops waits for no replica', async () => {
  const { join, state } = bus();
  const asker = join('r1');
  state.fails = true;
  expect(missingIn(await asker.ask(QUESTION, ['r2']))).toEqual([{ reason: 'replica', replica: 'r2' }]);
  state.fails = false;
  const open = asker.ask(QUESTION, ['r3']);
  await new Promise(setImmediate);
  asker.close();
  expect(missingIn(await open)).toEqual([{ reason: 'replica', replica: 'r3' }]);
});
