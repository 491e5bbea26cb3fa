import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { timeLimit } from './time-limit.ts';

it('calls back after the time, and not after it was ended', async () => {
  const late: string[] = [];
  timeLimit(1, () => late.push('first'));
  timeLimit(1, () => late.push('second'))();
  await expect.poll(() => late).toEqual(['first']);
  await sleep(5);
  expect(late).toEqual(['first']);
});

it('reads what arrived in time before it calls back: a process without processor time took an answer for late', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = createConnection((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  const [socket] = (await once(server, 'connection')) as [Socket];
  // Timers come next.
  await new Promise(setImmediate);
  const outcome = await new Promise((resolve) => {
    const cancel = timeLimit(1, () => resolve('late'));
    client.once('data', (bytes: Buffer) => {
      cancel();
      resolve(bytes.toString());
    });
    socket.end('answer');
    // The process gets no processor time until the limit has passed.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  });
  expect(outcome).toBe('answer');
});
