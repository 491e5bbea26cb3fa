import { expect, test } from 'vitest';
import { readListenerNames } from './listener-names.ts';

test('reads the names of a listener, and skips only malformed members', () => {
  const good = {
    3306: [
      { chain: 'egress_tcp_3306_db1', names: ['db1.local', 'db1'] },
      { chain: 'egress_tcp_3306_db2', names: ['db2.local'], like: 'egress_tcp_3306_db1' },
      { chain: 'ambiguous_3306', ambiguous: true },
    ],
  };
  expect(readListenerNames(good)).toEqual(good);
  const bad = { 5432: [{ chain: 7 }, null, { chain: 'a', names: ['b', 3] }], web: [], 80: 'x' };
  expect(readListenerNames({ ...good, ...bad })).toEqual({
    ...good,
    5432: [{ chain: 'a', names: ['b'] }],
  });
});

test.each([undefined, null, 'text', []])('%j instead of names means no names', (struct) => {
  expect(readListenerNames(struct)).toEqual({});
});
