import { expect, test } from 'vitest';
import { sharedAddresses } from './shared-addresses.ts';

test('reports an address of two names on one port for both; former addresses, other ports, one name twice and the same servers do not count', () => {
  const addresses: Record<string, string[]> = {
    'a.local': ['10.0.0.1', '10.0.0.2', '10.0.0.9'],
    'b.local': ['10.0.0.2', '10.0.0.1'],
    'c.local': ['10.0.0.3'],
    'd.local': ['10.0.0.3'],
    'like-a.local': ['10.0.0.9'],
  };
  const former: Record<string, string[]> = { 'c.local': ['10.0.0.1'] };
  const ports = {
    3306: [
      { chain: 'a', names: ['a.local'] },
      { chain: 'b', names: ['b.local', 'unknown.local'] },
      { chain: 'c', names: ['c.local'] },
      { chain: 'again', names: ['C.local'] },
      { chain: 'like a', names: ['like-a.local'], like: 'a' },
      { chain: 'closed', ambiguous: true as const },
    ],
    5432: [{ chain: 'd', names: ['d.local'] }],
  };
  const of = (name: string) => {
    const current = addresses[name.toLowerCase()];
    return current && { current, former: former[name] ?? [] };
  };
  expect(sharedAddresses(ports, of)).toEqual([
    { port: '3306', name: 'a.local', rival: 'b.local', address: '10.0.0.1' },
    { port: '3306', name: 'b.local', rival: 'a.local', address: '10.0.0.2' },
  ]);
});
