import { once } from 'node:events';
import { expect, test } from 'vitest';
import { bytesWaiting, createEventStream } from './events.ts';
import type { EncodedFigures } from './figures/write-figures.ts';

const MIB = 1024 * 1024;

const figures = (bytes: number): EncodedFigures => {
  const event = Buffer.alloc(bytes, 'x');
  return { event, json: event };
};
const noop = (): void => undefined;

test('a first event of any size is not why a slow reader is cut off', () => {
  const { body, send } = createEventStream(noop);
  send(figures(9 * MIB));
  for (let slot = 0; slot < 4; slot += 1) send(figures(MIB));
  expect(body.destroyed).toBe(false);
  expect(body.readableLength).toBeGreaterThan(13 * MIB);
});

test('a reader for whom more than 4 MiB of later events wait is cut off; one that reads is not', async () => {
  const slow = createEventStream(noop);
  const fast = createEventStream(noop);
  for (const { send } of [slow, fast]) send(figures(MIB));
  for (let slot = 0; slot < 20; slot += 1) {
    while (fast.body.read() !== null);
    for (const { send } of [slow, fast]) send(figures(MIB));
  }
  expect(slow.body.destroyed).toBe(true);
  expect(fast.body.destroyed).toBe(false);
});

test('a stream that has ended closes although its reader does not read, and takes no more events', async () => {
  let closed = 0;
  const { body, send, end } = createEventStream(() => (closed += 1), 10);
  send(figures(MIB));
  const before = body.readableLength;
  end({ message: 'enough' });
  send(figures(MIB));
  end({ message: 'again' });
  expect(body.readableLength).toBeLessThan(before + 200);
  expect(body.destroyed).toBe(false);
  await once(body, 'close');
  expect(closed).toBe(1);
});

test('first events that wait are counted once for all readers that share them, and not after they were read', () => {
  const shared = figures(MIB);
  const [one, two, other] = [0, 0, 0].map(() => createEventStream(noop));
  one?.send(shared);
  two?.send(shared);
  other?.send(figures(2 * MIB));
  const all = [one, two, other].filter((each) => each !== undefined);
  expect(bytesWaiting(all)).toBe(3 * MIB);
  other?.body.read();
  other?.send(figures(MIB));
  expect(bytesWaiting(all)).toBe(MIB);
  one?.body.read();
  expect(bytesWaiting(all)).toBe(MIB);
  two?.body.read();
  expect(bytesWaiting(all)).toBe(0);
});
