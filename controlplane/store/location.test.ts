import { expect, test } from 'vitest';
import { compileSettings } from '../../common/settings.ts';
import { readStoreLocation, withoutPassword } from './location.ts';

const compile = (flags: Readonly<Record<string, string>>) =>
  compileSettings(flags, (read) => ({ store: readStoreLocation(read) })).store;

test.each([
  [{ '--data': '/var/lib/daybreak' }, { engine: 'sqlite', folder: '/var/lib/daybreak' }],
  [{ '--store': 'postgres://u:p@db/mesh' }, { engine: 'postgres', url: 'postgres://u:p@db/mesh' }],
  [
    { '--store': 'postgresql:///mesh?host=/run' },
    { engine: 'postgres', url: 'postgresql:///mesh?host=/run' },
  ],
])('%j', (flags, location) => {
  expect(compile(flags)).toEqual(location);
});

test.each([
  [{}, '--data is not set: the folder of the store, or --store for one in PostgreSQL'],
  [{ '--data': 'd', '--store': 'postgres://db/mesh' }, '--data="d": set only one of --data and --store'],
  [{ '--store': 'mysql://u:secret@db/mesh' }, '--store="mysql://u@db/mesh": a PostgreSQL URL'],
  [
    { '--store': 'postgres://u:se@cret@db' },
    '--store="postgres://u@db": a PostgreSQL URL with the name of a database',
  ],
  [{ '--store': 'mesh' }, '--store="mesh": a PostgreSQL URL'],
])('%j is refused, and no password is shown', (flags, message) => {
  expect(() => compile(flags)).toThrow(message);
});

test.each([
  ['postgres://u:p@db:5432/mesh?a=b', 'postgres://u@db:5432/mesh?a=b'],
  [
    'postgres://u@db/mesh?user=u&password=p%20q&sslmode=require',
    'postgres://u@db/mesh?user=u&password=&sslmode=require',
  ],
  ['postgres://db:5432/mesh', 'postgres://db:5432/mesh'],
])('%s is shown as %s', (url, shown) => {
  expect(withoutPassword(url)).toBe(shown);
});
