import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { parseSockets, readListeningSockets } from './listening-sockets.ts';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid';

it('reads listening sockets, not connected ones', () => {
  const table = [
    HEAD,
    '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000',
    '   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0',
    '   2: 0100007F:1F90 0100007F:9C4E 01 00000000:00000000 00:00000000 00000000  1000',
    '',
  ];
  expect(parseSockets(table.join('\n'))).toEqual([
    { address: '127.0.0.1', port: 8080 },
    { address: '0.0.0.0', port: 22 },
  ]);
});

it('writes IPv6 addresses as Envoy does', () => {
  const row = (address: string): string =>
    `   0: ${address}:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  0`;
  const table = [
    HEAD,
    row('00000000000000000000000000000000'),
    row('00000000000000000000000001000000'),
    row('B80D0120000000000000000001000000'),
    row('0000000000000000FFFF00000500000A'),
  ];
  expect(parseSockets(table.join('\n')).map(({ address }) => address)).toEqual([
    '::',
    '::1',
    '2001:db8::1',
    '10.0.0.5',
  ]);
});

/** A machine without IPv6 has no such address. */
const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ family }) => family === 'IPv6'),
);

it.each([
  '127.0.0.1',
  '0.0.0.0',
  ...(hasIpv6 ? ['::1', '::'] : []),
])('finds a server on %s', async (address) => {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  expect(await readListeningSockets()).toContainEqual({ address, port });
  server.close();
});
