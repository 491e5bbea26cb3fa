import { expect, test } from 'vitest';
import { findBypass, type BypassInput } from './bypass.ts';
import { parseConnections } from './connections.ts';

const row = (local: string, remote: string, state: string, uid: number, inode: number) =>
  ` 0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000 ${uid} 0 ${inode} 1 0 20 4 30 10 -1`;
// 10.0.0.5:40000 to 10.0.0.9:9080, and 10.0.0.5:9080 from 10.0.0.9:50000, as a little-endian machine writes them.
const OUT = ['0500000A:9C40', '0900000A:2378'] as const;
const IN = ['0500000A:2378', '0900000A:C350'] as const;

const input = (table: readonly string[], some: Partial<BypassInput> = {}): BypassInput => ({
  connections: parseConnections(['head', ...table, ''].join('\n')),
  own: new Set(['1']),
  uid: 1337,
  isLocal: (address) => address === '10.0.0.5' || address.startsWith('127.'),
  listening: new Set([9080]),
  hasEgress: false,
  ...some,
});
const codes = (found: BypassInput) => findBypass(found).map(({ code }) => code);

test('parses addresses, ports, uid and inode of established connections only', () => {
  const rows = [row(...OUT, '01', 1000, 7), row(...OUT, '0A', 0, 8), row(...OUT, '06', 0, 0)];
  expect(input(rows).connections).toEqual([
    {
      local: { address: '10.0.0.5', port: 40_000 },
      remote: { address: '10.0.0.9', port: 9080 },
      uid: 1000,
      inode: '7',
    },
  ]);
});

test("an application as the proxy's uid is found by a socket that neither the agent nor Envoy has", () => {
  const found = findBypass(input([row(...OUT, '01', 1337, 2), row(...OUT, '01', 1337, 1)]));
  expect(found).toEqual([
    { code: 'APP_AS_PROXY_UID', problem: expect.stringMatching(/uid 1337 .* to 10\.0\.0\.9 port 9080$/) },
  ]);
});

test('outbound connections while Envoy has had none: the rules are missing', () => {
  expect(codes(input([row(...OUT, '01', 1000, 2)]))).toEqual(['RULES_MISSING']);
  expect(codes(input([row(...OUT, '01', 0, 2)]))).toEqual(['RULES_MISSING']);
  expect(codes(input([row(...OUT, '01', 1000, 2)], { hasEgress: true }))).toEqual([]);
});

test.each([
  ["the agent's or Envoy's own connection", row(...OUT, '01', 1337, 1)],
  ['an inbound connection', row(...IN, '01', 1000, 2)],
  ['loopback', row('0100007F:9C40', '0100007F:26AE', '01', 1337, 2)],
  ['SSH', row('0500000A:9C40', '0900000A:0016', '01', 1000, 2)],
  ['the metadata service', row('0500000A:9C40', 'FEA9FEA9:0050', '01', 1000, 2)],
])('%s is no problem', (_, connection) => {
  expect(codes(input([connection]))).toEqual([]);
});
