import { afterEach, expect, test } from 'vitest';
import { addressIn, useBase } from './base.ts';

afterEach(() => useBase('/'));

test.each([
  ['/console/', '/status'],
  ['/console/any/path', '/status'],
  ['/daybreak/console/', '/daybreak/status'],
  ['/console/daybreak/console/', '/console/daybreak/status'],
  ['/', '/status'],
])('a page at %s reads %s: behind a proxy that adds a path, it read the paths of the proxy', (page, path) => {
  useBase(page);
  expect(addressIn('/status')).toBe(path);
});
