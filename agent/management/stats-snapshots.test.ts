import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../../common/log.ts';
import { extensionMetrics, type Family } from './prometheus-text.ts';
import { startStatsSnapshots } from './stats-snapshots.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const requests = (count: number) =>
  extensionMetrics(`# TYPE envoy_appmesh_R counter\nenvoy_appmesh_R{} ${count}\n`);

/** Snapshots of an Envoy whose readings the test answers, in order. */
function start() {
  const readings: { answer(families: readonly Family[]): void; fail(): void }[] = [];
  const read = () => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Family[]>();
    readings.push({ answer: resolve, fail: () => reject(new Error('down')) });
    return promise;
  };
  const snapshots = startStatsSnapshots(read, createLog('test', 'silent'));
  const minute = async (answer?: number) => {
    await vi.advanceTimersByTimeAsync(60_000);
    if (answer !== undefined) readings.at(-1)?.answer(requests(answer));
    await vi.advanceTimersByTimeAsync(0);
  };
  return { readings, snapshots, minute };
}

test('the difference of two minutes; none before the first minute', async () => {
  const { snapshots, minute } = start();
  expect(snapshots.delta()).toBeUndefined();
  await minute(5);
  expect(snapshots.delta()).toEqual(requests(5));
  await minute(12);
  expect(snapshots.delta()).toEqual(requests(7));
});

test('a failed reading leaves the last difference, and the next one counts from the last successful reading', async () => {
  const { readings, snapshots, minute } = start();
  await minute(5);
  await minute();
  readings.at(-1)?.fail();
  await vi.advanceTimersByTimeAsync(0);
  expect(snapshots.delta()).toEqual(requests(5));
  await minute(9);
  expect(snapshots.delta()).toEqual(requests(4));
});

test('while a reading is under way, no other begins', async () => {
  const { readings, minute } = start();
  await minute();
  await minute();
  expect(readings).toHaveLength(1);
});

test('a reading of the Envoy before a restart does not count, and the new Envoy counts from zero', async () => {
  const { readings, snapshots, minute } = start();
  await minute(5);
  await minute();
  snapshots.envoyStarts();
  readings.at(-1)?.answer(requests(9));
  await vi.advanceTimersByTimeAsync(0);
  expect(snapshots.delta()).toEqual(requests(5));
  await minute(2);
  expect(snapshots.delta()).toEqual(requests(2));
});

test('after close, nothing is read', async () => {
  const { readings, snapshots, minute } = start();
  snapshots.close();
  await minute();
  expect(readings).toHaveLength(0);
});
