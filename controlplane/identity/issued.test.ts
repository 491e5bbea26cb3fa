import { expect, it } from 'vitest';
import type { LedgerEntry } from './certificate-ledger.ts';
import { issuedPage, MOST_ISSUED } from './issued.ts';

const OWNER = '111122223333';
const CALLER = { kind: 'anyone', account: OWNER } as const;
const authority = { record: () => ({ generation: 1 }) } as never;

const entry = (at: number, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  serial: String(at),
  node: `mesh/m/virtualNode/${String.fromCodePoint(97 + (at % 3))}`,
  owner: OWNER,
  spiffeId: '',
  ends: 1_800_000_000_000 + at,
  issued: 0,
  generation: at % 2,
  from: '10.0.0.1',
  proof: undefined,
  proven: 0,
  ...more,
});

const read = (entries: readonly LedgerEntry[], query = {}) =>
  issuedPage({ faultOf: () => undefined, authority, entries, caller: CALLER, query });

function readAll(entries: readonly LedgerEntry[], limit: number) {
  const pages = [read(entries, { limit: String(limit) })];
  for (let next = pages.at(-1)?.nextToken; next !== undefined; next = pages.at(-1)?.nextToken)
    pages.push(read(entries, { limit: String(limit), nextToken: next }));
  return pages;
}

it('pages give the same certificates in the same order as the whole list, by node, the latest end first', () => {
  const entries = Array.from({ length: 100 }, (_, at) => entry(at));
  const whole = read(entries);
  expect(whole.nextToken).toBeUndefined();
  expect(whole.items.slice(0, 2).map(({ node, serial }) => `${node} ${serial}`)).toEqual([
    'mesh/m/virtualNode/a 99',
    'mesh/m/virtualNode/a 96',
  ]);
  const pages = readAll(entries, 7);
  expect(pages).toHaveLength(15);
  expect(pages.flatMap(({ items }) => items)).toEqual(whole.items);
});

it('a certificate that is renewed between two pages shifts no other out of them', () => {
  const entries = Array.from({ length: 30 }, (_, at) => entry(at));
  const first = read(entries, { limit: '10' });
  const gone = new Set([first.items[0]?.serial, first.items[9]?.serial]);
  const left = entries.filter(({ serial }) => !gone.has(serial));
  const second = read(left, { limit: '1000', nextToken: first.nextToken });
  expect(second.items).toEqual(read(entries).items.slice(10));
});

it('without a limit there are all, as before; the token alone continues with the longest page', () => {
  const entries = Array.from({ length: 2 * MOST_ISSUED }, (_, at) => entry(at));
  expect(read(entries).items).toHaveLength(2 * MOST_ISSUED);
  const { nextToken } = read(entries, { limit: '1' });
  expect(read(entries, { nextToken }).items).toHaveLength(MOST_ISSUED);
});

it.each([
  [{ limit: '0' }, 'limit'],
  [{ limit: '1001' }, 'limit'],
  [{ limit: ['1', '2'] }, 'limit'],
  [{ nextToken: 'x' }, 'nextToken'],
  [{ nextToken: ['x', 'y'] }, 'nextToken'],
])('refuses %j', (query, name) => {
  expect(() => read([entry(0)], query)).toThrow(name);
});
