import { expect, test } from 'vitest';
import { dropsIn, kernelDrops } from './kernel-drops.ts';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const TABLE = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 3340: 0100007F:1FBD 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 14413 2 00000000ba0ea4e7 42
 5001: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 14414 2 0000000000000000 7
`;

test('the drops of a socket are the last column of its line', () => {
  expect(dropsIn(TABLE, '127.0.0.1', 8125)).toBe(42);
  expect(dropsIn(TABLE, '0.0.0.0', 53)).toBe(7);
  expect(dropsIn(TABLE, '127.0.0.1', 53)).toBeUndefined();
});

test('datagrams that the kernel drops are counted', async () => {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4096 });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  expect(await kernelDrops('127.0.0.1', port)).toBe(0);
  const sender = createSocket('udp4');
  // The loop of this process does not read meanwhile.
  for (let sent = 0; sent < 200; sent += 1) sender.send(Buffer.alloc(1000), port, '127.0.0.1');
  await expect.poll(() => kernelDrops('127.0.0.1', port)).toBeGreaterThan(0);
  sender.close();
  socket.close();
});
