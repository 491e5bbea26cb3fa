import { expect, test } from 'vitest';
import { createQuietTimer, type Sample } from './quiet-timer.ts';
import type { Traffic } from './traffic.ts';

const NONE: Traffic = { requests: 0, connections: 0 };

/** A sample that took 10 ms. */
function at(
  ms: number,
  begun: readonly number[],
  busy: { ingress?: Traffic; egress?: Traffic } = {},
): Sample {
  return { traffic: { ingress: NONE, egress: NONE, ...busy, begun }, askedAt: ms, answeredAt: ms + 10 };
}

test('quiet time runs from the first quiet sample to the last, and excludes response times', () => {
  const quiet = createQuietTimer();
  expect([at(0, [5, 1]), at(200, [5, 1]), at(400, [5, 1])].map(quiet)).toEqual([0, 190, 390]);
});

test('a request that begins and ends between two samples restarts the quiet time, although no gauge shows it', () => {
  const quiet = createQuietTimer();
  const samples = [at(0, [5, 1]), at(200, [6, 1]), at(400, [7, 1]), at(600, [7, 2]), at(800, [7, 2])];
  expect(samples.map(quiet)).toEqual([0, 0, 0, 0, 190]);
});

test('a request or connection in either direction restarts the quiet time, and so does a sample without an answer', () => {
  const request: Traffic = { requests: 1, connections: 0 };
  const connection: Traffic = { requests: 0, connections: 1 };
  for (const breach of [
    at(200, [1], { ingress: request }),
    at(200, [1], { ingress: connection }),
    at(200, [1], { egress: request }),
    at(200, [1], { egress: connection }),
    undefined,
  ]) {
    const quiet = createQuietTimer();
    expect([at(0, [1]), breach, at(400, [1]), at(600, [1])].map(quiet)).toEqual([0, 0, 0, 190]);
  }
});
