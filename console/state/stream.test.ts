import { beforeEach, expect, it } from 'vitest';
import { openStream, type Source, type Stream } from './stream.ts';

type FakeSource = Source & { fire: (type: 'open' | 'error', readyState: number) => void };

const [CONNECTING, OPEN, CLOSED] = [0, 1, 2];
let sources: FakeSource[];
let waits: { milliseconds: number; end: () => void; isOver: boolean }[];
let refusals: boolean[];
let stream: Stream;

beforeEach(() => {
  sources = [];
  waits = [];
  refusals = [];
  stream = openStream({
    open: () => {
      const source = fakeSource();
      sources.push(source);
      return source;
    },
    onRefused: (isRefused) => refusals.push(isRefused),
    wait: (milliseconds, end) => {
      const one = { milliseconds, end, isOver: false };
      waits.push(one);
      return () => {
        one.isOver = true;
      };
    },
  });
});

function fakeSource(): FakeSource {
  const listeners: [string, () => void][] = [];
  return {
    readyState: CONNECTING,
    addEventListener: (type, listener) => void listeners.push([type, listener]),
    close() {
      (this as { readyState: number }).readyState = CLOSED;
    },
    fire(type, readyState) {
      (this as { readyState: number }).readyState = readyState;
      for (const [of, listener] of listeners) if (of === type) listener();
    },
  };
}

const newest = (): FakeSource => sources.at(-1) as FakeSource;
const refuse = (): void => newest().fire('error', CLOSED);
const waitOut = (): void => waits.at(-1)?.end();

it('opens again after a refusal, each time after a longer pause, and says that it is refused', () => {
  for (let turn = 0; turn < 6; turn += 1) {
    refuse();
    waitOut();
  }
  expect(waits.map(({ milliseconds }) => milliseconds / 1000)).toEqual([10, 20, 40, 80, 80, 80]);
  expect(refusals.every(Boolean)).toBe(true);
  newest().fire('open', OPEN);
  expect([refusals.at(-1), stream.isOpen()]).toEqual([false, true]);
  refuse();
  expect(waits.at(-1)?.milliseconds).toBe(10_000);
});

it('leaves a connection that ends to the browser, which opens it again', () => {
  newest().fire('open', OPEN);
  newest().fire('error', CONNECTING);
  expect([sources.length, waits, refusals]).toEqual([1, [], [false]]);
});

it('tries again at once when the control plane has come back, and only then', () => {
  stream.tryAgain();
  expect(sources).toHaveLength(1);
  refuse();
  refuse();
  stream.tryAgain();
  expect([sources.length, waits.map(({ isOver }) => isOver)]).toEqual([2, [true, true]]);
  refuse();
  expect(waits.at(-1)?.milliseconds).toBe(10_000);
});

it('opens nothing after it was closed', () => {
  refuse();
  stream.close();
  expect([waits.at(-1)?.isOver, refusals.at(-1)]).toEqual([true, false]);
  stream.tryAgain();
  refuse();
  expect(sources).toHaveLength(1);
});

it('takes no notice of what an earlier source tells', () => {
  const [first] = sources;
  refuse();
  waitOut();
  first?.fire('error', CLOSED);
  expect(waits).toHaveLength(1);
});
