import { expect, test } from 'vitest';
import { encodeLoad, MOST_CLUSTERS } from '../../common/contracts/agent-channel/load.ts';
import { MOST_MESSAGE_BYTES } from '../../common/contracts/agent-channel/state.ts';
import { loadOf, received } from '../../common/contracts/agent-channel/testing/agent-state.ts';
import { createUnsentLoad } from './unsent-load.ts';

const LOAD = { requests: 1200, ok: 1190, errors: 10, active: 3 };
const names = (count: number, length = 0): readonly string[] =>
  Array.from({ length: count }, (_, index) => `cds_egress_m_node-${index}_http_8080${'x'.repeat(length)}`);
const report = (of: readonly string[], load = LOAD) => ({
  coversMs: 5000,
  clusters: of.map((name) => ({ name, ...load })),
});

test('a report of 20 clusters takes at most 200 bytes once their names are known', () => {
  const unsent = createUnsentLoad();
  unsent.add(report(names(20)));
  expect(unsent.take()?.names).toEqual(names(20));
  unsent.add(report(names(20).toReversed()));
  const load = unsent.take();
  expect(load?.names).toEqual([]);
  expect(load?.clusters.map(({ number }) => number)).toEqual([...Array(20).keys()]);
  expect(load === undefined ? Infinity : encodeLoad(load).length).toBeLessThanOrEqual(200);
  expect(unsent.take()).toBeUndefined();
});

test('the next report has the unsent counts, with the time that both cover', () => {
  const unsent = createUnsentLoad();
  unsent.add(report(names(1)));
  unsent.add(report(names(1), { ...LOAD, active: 1 }));
  expect(unsent.take()).toEqual({
    coversMs: 10_000,
    names: names(1),
    clusters: [{ number: 0, requests: 2400, ok: 2380, errors: 20, active: 1 }],
  });
  unsent.add(report(names(1)));
  unsent.restart();
  expect(unsent.take()).toBeUndefined();
});

test('a long report continues in messages that the control plane accepts, and clusters beyond the limit are counted', () => {
  const unsent = createUnsentLoad();
  unsent.add(report(names(MOST_CLUSTERS + 7, 100)));
  expect(unsent.leftOut()).toBe(7);
  const seen: string[] = [];
  let count = 0;
  for (let load = unsent.take(); load !== undefined; load = unsent.take()) {
    const bytes = encodeLoad(load);
    expect(bytes.length).toBeLessThan(MOST_MESSAGE_BYTES);
    expect(loadOf(received(load))).toEqual(load);
    expect(load.coversMs).toBe(count === 0 ? 5000 : 0);
    seen.push(...load.names);
    count += 1;
  }
  expect(seen).toEqual(names(MOST_CLUSTERS, 100));
  expect(unsent.take()).toBeUndefined();
});
