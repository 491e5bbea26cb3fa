import { expect, test } from 'vitest';
import { createExportQueue } from './export-queue.ts';
import type { Outcome, Parcel } from './parcel.ts';

const parcel = (text: string, items = 1): Parcel => ({ items, bytes: Buffer.from(text) });

/** A receiver that answers with what `answer` holds. */
function receiver(mostBytes = 1000) {
  const got: string[] = [];
  const states: string[] = [];
  const behaviour: { answer: Outcome } = { answer: { kind: 'taken' } };
  const queue = createExportQueue({
    output: 'test',
    mostBytes,
    onState: (state) => void states.push(state),
    async send({ bytes }) {
      const { answer } = behaviour;
      if (answer.kind === 'taken') got.push(Buffer.from(bytes).toString());
      return answer;
    },
  });
  return { queue, got, states, behaviour };
}

test('parcels are sent one after the other, oldest first', async () => {
  const { queue, got, states } = receiver();
  for (const text of ['a', 'b', 'c']) queue.push(parcel(text));
  await expect.poll(() => got).toEqual(['a', 'b', 'c']);
  await expect
    .poll(queue.status)
    .toMatchObject({ state: 'ok', sent: 3, waiting: 0, waitingBytes: 0, dropped: 0 });
  expect(states).toEqual(['ok']);
});

test('a parcel that is larger than the queue is sent: it was dropped before the first attempt, at each interval', async () => {
  const { queue, got } = receiver(3);
  queue.push(parcel('larger'));
  await expect.poll(() => got).toEqual(['larger']);
  expect(queue.status()).toMatchObject({ sent: 1, dropped: 0 });
});

test('while the receiver is away, the oldest parcels are dropped and counted, and the newest arrive afterwards', async () => {
  const it = receiver(300);
  it.behaviour.answer = { kind: 'away', reason: 'connection refused' };
  for (let index = 0; index < 1000; index += 1) it.queue.push(parcel(`${index}`.padStart(100, '0'), 2));
  expect(it.queue.status()).toMatchObject({ waiting: 6, waitingBytes: 300, dropped: 1994 });
  await expect.poll(() => it.queue.status().lastError?.message).toBe('connection refused');
  it.behaviour.answer = { kind: 'taken' };
  await expect.poll(() => it.got.map(Number)).toEqual([997, 998, 999]);
  await expect.poll(it.queue.status).toMatchObject({ state: 'ok', sent: 6, dropped: 1994 });
  expect(it.states).toEqual(['failing', 'ok']);
});

test('a parcel that the receiver refuses is not sent again', async () => {
  const it = receiver();
  it.behaviour.answer = { kind: 'refused', reason: 'HTTP 400' };
  it.queue.push(parcel('a', 3));
  await expect.poll(it.queue.status).toMatchObject({ rejected: 3, waiting: 0, state: 'failing' });
});

test('items that the receiver rejected count as rejected, with its words', async () => {
  const it = receiver();
  it.behaviour.answer = { kind: 'taken', rejected: 2, words: 'too old' };
  it.queue.push(parcel('a', 3));
  await expect
    .poll(it.queue.status)
    .toMatchObject({ sent: 1, rejected: 2, lastError: { message: 'too old' } });
});

test('an end with a receiver that never answers drops what waits, and ends', async () => {
  const queue = createExportQueue({
    output: 'mute',
    mostBytes: 1000,
    onState: () => undefined,
    send: (_parcel, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('ended')));
      }),
  });
  queue.push(parcel('a', 5));
  await queue.close(50);
  expect(queue.status()).toMatchObject({ waiting: 0, dropped: 5 });
});

test('a parcel that is pushed when the queue has just become empty is sent', async () => {
  const it = receiver();
  for (let index = 0; index < 50; index += 1) {
    it.queue.push(parcel(String(index)));
    await expect.poll(() => it.got.length, { interval: 1 }).toBe(index + 1);
  }
});

test('an end does not wait for an attempt that ignores its signal', async () => {
  const queue = createExportQueue({
    output: 'deaf',
    mostBytes: 1000,
    onState: () => undefined,
    send: () => new Promise(() => undefined),
  });
  queue.push(parcel('a', 5));
  await queue.close(50);
  expect(queue.status()).toMatchObject({ waiting: 0, dropped: 5 });
});

test('a parcel that is pushed after the end is dropped', async () => {
  const it = receiver();
  await it.queue.close(50);
  it.queue.push(parcel('a', 5));
  expect(it.queue.status()).toMatchObject({ waiting: 0, waitingBytes: 0, dropped: 5 });
});
