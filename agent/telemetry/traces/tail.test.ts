import { expect, test } from 'vitest';
import { createTail, isChosen, type TailItem } from './tail.ts';

const LOW = '67891233abcdef012340000000000001';
const HIGH = '67891233abcdef01234fffffffffffff';
const FAILED = '67891233abcdef01234ffffffffffffe';

const item = (trace: string, value: string, isFailed = false): TailItem<string> => ({
  trace,
  value,
  isFailed,
  bytes: value.length,
});

test('a trace with a failed request is kept as a whole, and a part of the others', () => {
  const passed: string[][] = [];
  const tail = createTail<string>({ ratio: () => 0.5, pass: (values) => passed.push([...values]) });
  tail.add([item(LOW, 'a'), item(HIGH, 'b'), item(FAILED, 'c'), item(FAILED, 'd', true)]);
  expect(passed).toEqual([]);
  tail.flush();
  expect(passed).toEqual([['a'], ['c', 'd']]);
  expect(tail.leftOut()).toBe(1);
  tail.add([item(FAILED, 'late'), item(HIGH, 'late', true)]);
  tail.flush();
  expect(passed.slice(2)).toEqual([['late'], ['late']]);
});

test('traces are decided after a time', async () => {
  const passed: string[] = [];
  const tail = createTail<string>({ ratio: () => 1, waitMs: 1, pass: (values) => passed.push(...values) });
  tail.add([item(LOW, 'a')]);
  await expect.poll(() => passed).toEqual(['a']);
});

test('memory has a bound: the oldest traces are decided early', () => {
  let passed = 0;
  const tail = createTail<string>({
    ratio: () => 1,
    mostTraces: 10,
    pass: (values) => (passed += values.length),
  });
  for (let at = 0; at < 1000; at++) tail.add([item(at.toString(16).padStart(32, '0'), 'a')]);
  expect(passed).toBe(990);
  for (let at = 0; at < 1000; at++) tail.add([item(LOW, 'a')]);
  expect(passed).toBe(1991);
  tail.flush();
});

test('memory has a bound in bytes, too: the oldest traces are decided early', () => {
  const passed: string[] = [];
  const pass = (values: readonly string[]) => void passed.push(...values);
  const tail = createTail<string>({ ratio: () => 1, mostBytes: 10, pass });
  tail.add([item(LOW, 'aaaa'), item(HIGH, 'bbbb'), item(FAILED, 'cccc')]);
  expect(passed).toEqual(['aaaa']);
  tail.add([item(HIGH, 'd'.repeat(20))]);
  expect(passed).toEqual(['aaaa', 'bbbb', 'd'.repeat(20)]);
  tail.flush();
  expect(passed).toHaveLength(4);
});

test.each([
  [0, 0],
  [0.25, 250],
  [1, 1000],
])('the part %d of traces is chosen by their ids', (ratio, about) => {
  const traces = Array.from({ length: 1000 }, (_, at) =>
    Math.floor((at * 16 ** 13) / 1000)
      .toString(16)
      .padStart(32, '0'),
  );
  expect(traces.filter((trace) => isChosen(trace, ratio))).toHaveLength(about);
});
