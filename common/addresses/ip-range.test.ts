import { describe, expect, test } from 'vitest';
import { cidr, covers, type Cidr } from './ip-range.ts';

describe('an address or range', () => {
  test.each([
    ['169.254.170.2', 'ipv4', '169.254.170.2', 32],
    ['10.0.0.0/8', 'ipv4', '10.0.0.0', 8],
    ['10.1.2.3/8', 'ipv4', '10.0.0.0', 8],
    ['192.168.255.255/31', 'ipv4', '192.168.255.254', 31],
    ['1.2.3.4/0', 'ipv4', '0.0.0.0', 0],
    ['FD00:EC2::254', 'ipv6', 'fd00:ec2::254', 128],
    ['fd00:0ec2:0:0:0:0:0:0254', 'ipv6', 'fd00:ec2::254', 128],
    ['2001:db8:ffff::1/33', 'ipv6', '2001:db8:8000::', 33],
    ['::ffff:10.1.2.3/120', 'ipv6', '::ffff:10.1.2.0', 120],
    ['::/0', 'ipv6', '::', 0],
    ['::1', 'ipv6', '::1', 128],
  ])('formats %s as iptables-save does', (text, family, address, prefix) => {
    expect(cidr(text)).toEqual({ value: { family, address, prefix } });
  });

  test.each([
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0.0/255.0.0.0',
    '10.0.0',
    '010.0.0.1',
    '10.0.0.1/',
    'example.com',
    'fe80::1%eth0',
    '10.0.0.1 -j ACCEPT',
    '10.0.0.1\n-A OUTPUT -j DROP',
  ])('%j is refused', (text) => {
    expect(cidr(text)).toHaveProperty('wanted');
  });
});

test.each([
  ['169.254.0.0/16', '169.254.169.254', true],
  ['169.254.169.254', '169.254.169.254', true],
  ['169.254.169.254', '169.254.0.0/16', false],
  ['0.0.0.0/0', '169.254.169.254', true],
  ['10.0.0.0/8', '169.254.169.254', false],
  ['::/0', '169.254.169.254', false],
  ['fd00::/8', 'fd00:ec2::254', true],
])('%s covers %s: %s', (outer, inner, answer) => {
  expect(covers(parsed(outer), parsed(inner))).toBe(answer);
});

function parsed(text: string): Cidr {
  const result = cidr(text);
  if ('value' in result) return result.value;
  throw new Error(result.wanted);
}
