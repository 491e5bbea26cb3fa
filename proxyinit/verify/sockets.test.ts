import { expect, test } from 'vitest';
import { parseSockets } from './sockets.ts';

test("reads both endpoints of a socket from the kernel's list", () => {
  const four = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:3A99 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1337        0 1 1 0 100 0 0 10 0
   1: 0100007F:3A99 01004D0A:C350 01 00000000:00000000 00:00000000 00000000  1337        0 2 1 0 20 4 30 10 -1
`;
  expect(parseSockets(four)).toEqual([
    { local: { address: '0.0.0.0', port: 15_001 }, remote: { address: '0.0.0.0', port: 0 }, listening: true },
    {
      local: { address: '127.0.0.1', port: 15_001 },
      remote: { address: '10.77.0.1', port: 50_000 },
      listening: false,
    },
  ]);
});

test('reads IPv6, and IPv4 on an IPv6 socket', () => {
  const six = `  sl  local_address                         remote_address                        st
   0: 00000000000000000000000000000000:3A98 00000000000000000000000000000000:0000 0A 0
   1: 0000000000000000FFFF00000100007F:3A98 0000000000000000FFFF000001004D0A:C351 01 0
   2: 000077FD000000000000000001000000:3A98 B80D0120000000000000000002000000:C352 06 0
`;
  expect(parseSockets(six)).toEqual([
    { local: { address: '::', port: 15_000 }, remote: { address: '::', port: 0 }, listening: true },
    {
      local: { address: '127.0.0.1', port: 15_000 },
      remote: { address: '10.77.0.1', port: 50_001 },
      listening: false,
    },
    {
      local: { address: 'fd77::1', port: 15_000 },
      remote: { address: '2001:db8::2', port: 50_002 },
      listening: false,
    },
  ]);
});
