import { expect, test } from 'vitest';
import { createQuiet, type Look } from './quiet.ts';
import type { Traffic } from './traffic.ts';

const NONE: Traffic = { requests: 0, connections: 0 };

/** A look that took 10 ms. */
function at(ms: number, begun: readonly number[], busy: { ingress?: Traffic; egress?: Traffic } = {}): Look {
  return { seen: { ingress: NONE, egress: NONE, ...busy, begun }, askedAt: ms, answeredAt: ms + 10 };
}

test('it counts from the first quiet look to the last, without the time of the answers', () => {
  const quiet = createQuiet();
  expect([at(0, [5, 1]), at(200, [5, 1]), at(400, [5, 1])].map(quiet)).toEqual([0, 190, 390]);
});

test('requests that are over between two looks count: gauges alone saw none', () => {
  const quiet = createQuiet();
  const looks = [at(0, [5, 1]), at(200, [6, 1]), at(400, [7, 1]), at(600, [7, 2]), at(800, [7, 2])];
  expect(looks.map(quiet)).toEqual([0, 0, 0, 0, 190]);
});

test('whatever is under way begins it anew, in either direction, and so does a look without an answer', () => {
  const request: Traffic = { requests: 1, connections: 0 };
  const connection: Traffic = { requests: 0, connections: 1 };
  for (const breach of [
    at(200, [1], { ingress: request }),
    at(200, [1], { ingress: connection }),
    at(200, [1], { egress: request }),
    at(200, [1], { egress: connection }),
    undefined,
  ]) {
    const quiet = createQuiet();
    expect([at(0, [1]), breach, at(400, [1]), at(600, [1])].map(quiet)).toEqual([0, 0, 0, 190]);
  }
});
