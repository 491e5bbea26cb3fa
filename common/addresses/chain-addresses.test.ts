import { expect, test } from 'vitest';
import { chainAddresses } from './chain-addresses.ts';
import type { NamedChain } from '../contracts/listener-names.ts';
import type { NameAddresses } from './seen-addresses.ts';

const CHAINS = [
  { chain: 'a', names: ['a.local', 'a.alias'] },
  { chain: 'b', names: ['b.local'] },
];
const AMBIGUOUS = { chain: 'closed', ambiguous: true } as const;

function shares(
  known: Record<string, Partial<NameAddresses>>,
  chains: readonly NamedChain[] = [...CHAINS, AMBIGUOUS],
) {
  const of = (name: string) =>
    known[name] === undefined ? undefined : { current: [], former: [], ...known[name] };
  return chainAddresses(chains, of);
}

test('each chain has the addresses of all its names; chains without addresses are left out', () => {
  expect(
    shares({ 'a.local': { current: ['10.0.0.2'] }, 'a.alias': { current: ['10.0.0.1', '10.0.0.2'] } }),
  ).toEqual([{ chain: 'a', addresses: ['10.0.0.1', '10.0.0.2'] }]);
});

test('an address of two chains belongs to the ambiguous chain, or to none if there is no such chain', () => {
  const known = { 'a.local': { current: ['10.0.0.1', '10.0.0.9'] }, 'b.local': { current: ['10.0.0.9'] } };
  expect(shares(known)).toEqual([
    { chain: 'a', addresses: ['10.0.0.1'] },
    { chain: 'closed', addresses: ['10.0.0.9'] },
  ]);
  expect(shares(known, CHAINS)).toEqual([{ chain: 'a', addresses: ['10.0.0.1'] }]);
});

test('an address of two chains with the same servers belongs to the first chain', () => {
  const chains = [...CHAINS, { chain: 'c', names: ['c.local'], like: 'b' }, AMBIGUOUS];
  const shared = { current: ['10.0.0.1'] };
  expect(shares({ 'b.local': shared, 'c.local': { current: ['10.0.0.1', '10.0.0.2'] } }, chains)).toEqual([
    { chain: 'b', addresses: ['10.0.0.1'] },
    { chain: 'c', addresses: ['10.0.0.2'] },
  ]);
  expect(shares({ 'a.local': shared, 'b.local': shared, 'c.local': shared }, chains)).toEqual([
    { chain: 'closed', addresses: ['10.0.0.1'] },
  ]);
});

test('an address that moves to another chain belongs to the new chain at once', () => {
  expect(shares({ 'a.local': { former: ['10.0.0.1'] }, 'b.local': { current: ['10.0.0.1'] } })).toEqual([
    { chain: 'b', addresses: ['10.0.0.1'] },
  ]);
});

test('an address that two chains had formerly, and none has now, is ambiguous', () => {
  expect(shares({ 'a.local': { former: ['10.0.0.1'] }, 'b.local': { former: ['10.0.0.1'] } })).toEqual([
    { chain: 'closed', addresses: ['10.0.0.1'] },
  ]);
});
