import { expect, test } from 'vitest';
import type { ClusterLatencies } from '../../../common/contracts/agent-channel/latencies.ts';
import type { Question } from '../../../common/contracts/agent-channel/questions.ts';
import type { ConnectedAgent } from '../../agents/agent-entry.ts';
import { createLatencyAsks } from './latency-asks.ts';

const IDENTITY = { mesh: 'm', owner: undefined, kind: 'virtualNode', name: 'a' } as const;
const cluster = (name: string): ClusterLatencies => ({ name, ranges: [], responses: [0, 1, 0, 0, 0] });

/** Questions to one agent, which the test answers. */
function start(limitMs?: number) {
  const asks = createLatencyAsks(limitMs);
  const asked: Extract<Question, { kind: 'ask latencies' }>[] = [];
  const agent: ConnectedAgent = {
    identity: IDENTITY,
    peer: '10.0.0.1:1',
    send: (question) => void (question.kind === 'ask latencies' && asked.push(question)),
  };
  const feed = asks.connected(agent);
  const answer = (clusters: readonly ClusterLatencies[], { isLast = true, isFailed = false } = {}): void =>
    feed.latencies({ ask: asked.at(-1)?.ask ?? 0, clusters, isLast, isFailed });
  return { asks, agent, asked, feed, answer };
}

test('a hundred readers of one line ask its agent once', async () => {
  const { asks, agent, asked, answer } = start();
  const readers = Array.from({ length: 100 }, () => asks.ask(agent, ['x']));
  expect(asked).toHaveLength(1);
  answer([cluster('x')]);
  for (const found of await Promise.all(readers)) expect(found).toEqual([cluster('x')]);
  void asks.ask(agent, ['x']);
  expect(asked).toHaveLength(2);
});

test('another question waits until the agent has answered: an agent answers one at a time', async () => {
  const { asks, agent, asked, answer } = start();
  const [x, y, all] = [asks.ask(agent, ['x']), asks.ask(agent, ['y']), asks.ask(agent, [])];
  expect(asked.map(({ clusters }) => clusters)).toEqual([['x']]);
  answer([cluster('x')], { isLast: false });
  expect(asked).toHaveLength(1);
  answer([cluster('x2')]);
  expect(await x).toEqual([cluster('x'), cluster('x2')]);
  expect(asked.at(-1)?.clusters).toEqual(['y']);
  answer([cluster('y')]);
  answer([]);
  expect([await y, await all]).toEqual([[cluster('y')], []]);
});

test('beyond eight different questions, an agent is not asked', async () => {
  const { asks, agent, asked, feed } = start();
  const waiting = Array.from({ length: 8 }, (_, index) => asks.ask(agent, [`c${index}`]));
  expect(await asks.ask(agent, ['one more'])).toBeUndefined();
  feed.ended();
  expect(await Promise.all(waiting)).toEqual(Array(8).fill(undefined));
  expect(asked).toHaveLength(1);
});

test('an agent that does not answer in time is not waited for, and a late answer does not count', async () => {
  const { asks, agent, asked, answer } = start(20);
  expect(await asks.ask(agent, ['x'])).toBeUndefined();
  answer([cluster('x')]);
  const next = asks.ask(agent, ['y']);
  expect(asked).toHaveLength(2);
  answer([cluster('y')]);
  expect(await next).toEqual([cluster('y')]);
});

test('an agent that says that it cannot read its Envoy has not answered', async () => {
  const { asks, agent, answer } = start();
  const found = asks.ask(agent, []);
  answer([], { isFailed: true });
  expect(await found).toBeUndefined();
});

test('an agent cannot answer the question to another one, and no more clusters than the limit', async () => {
  const { asks, agent, asked, answer } = start();
  const other = asks.connected({ ...agent, peer: '10.0.0.2:1' });
  const found = asks.ask(agent, []);
  other.latencies({ ask: asked[0]?.ask ?? 0, clusters: [cluster('theirs')], isLast: true, isFailed: false });
  answer(
    Array.from({ length: 900 }, (_, index) => cluster(`a${index}`)),
    { isLast: false },
  );
  answer(Array.from({ length: 900 }, (_, index) => cluster(`b${index}`)));
  expect(await found).toHaveLength(1000);
});

test('of an answer that is absurdly long, ranges beyond the limit are left out', async () => {
  const { asks, agent, answer } = start();
  const found = asks.ask(agent, []);
  const ranges = Array.from({ length: 1000 }, (_, index) => ({ from: index, width: 1, count: 1 }));
  for (let part = 0; part < 100; part += 1)
    answer([{ ...cluster(`c${part}`), ranges }], { isLast: part === 99 });
  const all = (await found) ?? [];
  expect(all.reduce((sum, each) => sum + each.ranges.length, 0)).toBe(20_000);
  expect(all.length).toBeLessThan(30);
});
