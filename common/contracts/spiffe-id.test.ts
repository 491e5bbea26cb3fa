import { describe, expect, it } from 'vitest';
import { isTrustDomain, parseSpiffeId, spiffeIdOf } from './spiffe-id.ts';

const PROXY = { owner: '111122223333', mesh: 'm', kind: 'virtualNode', name: 'n' } as const;
const ID = 'spiffe://apps.example/account/111122223333/mesh/m/virtualNode/n';

it('names a proxy with its account, and reads the name back', () => {
  expect(spiffeIdOf('apps.example', PROXY)).toBe(ID);
  expect(parseSpiffeId(ID, 'apps.example')).toEqual(PROXY);
  const gateway = { ...PROXY, kind: 'virtualGateway', name: 'Edge_1.x-y' } as const;
  expect(parseSpiffeId(spiffeIdOf('apps.example', gateway) ?? '', 'apps.example')).toEqual(gateway);
});

it.each([
  '',
  '.',
  '..',
  'a b',
  'a/b',
  'a%2fb',
  'ä',
  'a@b',
  'a\n',
])('gives no id to the name %j, in a mesh or a proxy', (name) => {
  expect(spiffeIdOf('apps.example', { ...PROXY, name })).toBeUndefined();
  expect(spiffeIdOf('apps.example', { ...PROXY, mesh: name })).toBeUndefined();
});

it('gives no id that is longer than 2,048 bytes', () => {
  const room = 2048 - ID.length;
  expect(spiffeIdOf('apps.example', { ...PROXY, name: 'n'.repeat(room + 1) })).toHaveLength(2048);
  expect(spiffeIdOf('apps.example', { ...PROXY, name: 'n'.repeat(room + 2) })).toBeUndefined();
});

describe('reads no proxy from', () => {
  it.each([
    ['another domain', ID.replace('apps.example', 'apps.example.org')],
    ['an id without the account', ID.replace('/account/111122223333', '')],
    ['a malformed account', ID.replace('111122223333', '1111')],
    ['another kind', ID.replace('virtualNode', 'virtualRouter')],
    ['a further segment', `${ID}/x`],
    ['a dot segment', ID.replace('/m/', '/../')],
    ['an empty segment', ID.replace('/m/', '//')],
    ['percent-encoding', ID.replace('/n', '/%6e')],
    ['a query', `${ID}?x`],
    ['another scheme', ID.replace('spiffe:', 'https:')],
    ['capital letters in the scheme', ID.replace('spiffe:', 'SPIFFE:')],
    ['a line break at the end', `${ID}\n`],
  ])('%s', (_, text) => {
    expect(parseSpiffeId(text, 'apps.example')).toBeUndefined();
  });
});

it.each([
  ['apps.example', true],
  ['a_b-1', true],
  ['a'.repeat(255), true],
  ['a'.repeat(256), false],
  ['', false],
  ['Apps.example', false],
  ['apps.example:1', false],
  ['apps/example', false],
  ['apps.example\n', false],
])('trust domain %j: %j', (text, valid) => {
  expect(isTrustDomain(text)).toBe(valid);
});
