import { describe, expect, test } from 'vitest';
import { readProxyHeader } from './proxy-header.ts';
import { proxyHeader } from './testing/proxy-header.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const SIGNATURE = '0d0a0d0a 000d0a51 5549540a';

// Written by hand from the specification, section 2.2.
test.each([
  ['IPv4', `21 11 000c 01020304 0a000001 c350 4650`, 28, { host: '1.2.3.4', port: 50_000 }],
  [
    'IPv6',
    `21 21 0024 20010db8${'0'.repeat(23)}1 ${'0'.repeat(31)}1 c350 4650`,
    52,
    { host: '2001:db8::1', port: 50_000 },
  ],
  [
    'IPv4 in IPv6',
    `21 21 0024 ${'0'.repeat(20)}ffff01020304 ${'0'.repeat(31)}1 c350 4650`,
    52,
    { host: '1.2.3.4', port: 50_000 },
  ],
  [
    'IPv4 with TLVs, as from AWS',
    `21 11 0013 01020304 0a000001 c350 4650 ea0004 01020304`,
    35,
    { host: '1.2.3.4', port: 50_000 },
  ],
  ["a balancer's own, without addresses", '20 00 0000', 16, undefined],
  [
    "a balancer's own, with addresses that do not count",
    '20 11 000c 01020304 0a000001 c350 4650',
    28,
    undefined,
  ],
  ['of an unspecified kind', '21 00 0000', 16, undefined],
])('%s', (_, header, length, from) => {
  const bytes = hex(SIGNATURE + header);
  expect(bytes).toHaveLength(length);
  const whole = { kind: 'whole', length, from };
  expect(readProxyHeader(bytes)).toEqual(whole);
  expect(readProxyHeader(Buffer.concat([bytes, Buffer.from('what comes next')]))).toEqual(whole);
  for (let end = 0; end < length; end += 1) {
    expect(readProxyHeader(bytes.subarray(0, end))).toEqual({ kind: 'part' });
  }
});

describe('an invalid header', () => {
  test.each([
    ['TLS', hex('16 03 01 0200 0100'), 'signature'],
    ['HTTP/2', Buffer.from('PRI * HTTP/2.0\r\n'), 'signature'],
    ['one byte', Buffer.from('G'), 'signature'],
    ['version 1', Buffer.from('PROXY TCP4 1.2.3.4 10.0.0.1 50000 18000\r\n'), 'signature'],
    ['a signature with one wrong byte', hex(`${SIGNATURE.slice(0, -2)}0b 21 11 000c`), 'signature'],
    ['version 1 in the form of version 2', hex(`${SIGNATURE} 11 11 000c`), 'version is 1'],
    ['version 3', hex(`${SIGNATURE} 31 11 000c`), 'version is 3'],
    ['an unknown command', hex(`${SIGNATURE} 22 11 0000`), 'command is 2'],
    ['UDP', proxyHeader('1.2.3.4', 1, { kind: 0x12 }), 'not TCP'],
    ['a unix socket', proxyHeader('1.2.3.4', 1, { kind: 0x31 }), 'not TCP'],
    ['an unknown family', proxyHeader('1.2.3.4', 1, { kind: 0x41 }), 'not TCP'],
    ['truncated addresses', hex(`${SIGNATURE} 21 11 000b ${'00'.repeat(11)}`), 'only 11 bytes'],
    ['IPv6 with the length of IPv4', hex(`${SIGNATURE} 21 21 000c ${'00'.repeat(12)}`), 'only 12 bytes'],
    ['a too long header, before all of it has arrived', hex(`${SIGNATURE} 21 11 ffff`), 'at most 4096'],
  ])('%s', (_, bytes, reason) => {
    expect(readProxyHeader(bytes)).toEqual({
      kind: 'wrong',
      reason: expect.stringContaining(reason) as string,
    });
  });
});
