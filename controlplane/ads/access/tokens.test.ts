import { describe, expect, test } from 'vitest';
import { EVERY_NODE } from './node-pattern.ts';
import { readTokens, tokenSum } from './tokens.ts';

const read = (text: string) => readTokens('tokens.jsonl', Buffer.from(text));
const sha256 = tokenSum('secret');

test('one token per line; empty lines and comments are skipped', () => {
  const other = tokenSum('other');
  const tokens = read(
    [
      '# the tellers',
      JSON.stringify({ sha256, nodes: ['mesh/m/virtualNode/*'], expires: '2027-01-31T00:00:00Z' }),
      '',
      JSON.stringify({ sha256: other, nodes: ['*'] }),
    ].join('\r\n'),
  );
  const nodes = [{ mesh: 'm', owner: undefined, kind: 'virtualNode', name: '*' }];
  expect(tokens.get(sha256)).toEqual({ sha256, nodes, expires: Date.UTC(2027, 0, 31) });
  expect(tokens.get(other)).toEqual({ sha256: other, nodes: [EVERY_NODE], expires: undefined });
  expect(tokens.size).toBe(2);
});

test('a file without tokens is valid', () => expect(read('').size).toBe(0));

describe('a file that cannot be used', () => {
  const good = { sha256, nodes: ['*'] };
  test.each<[string, string, string]>([
    ['not JSON', '{', 'line 1: it is not a JSON object'],
    ['a list', '[]', 'line 1: it is not a JSON object'],
    ['a short SHA-256', JSON.stringify({ ...good, sha256: 'ab' }), 'line 1: sha256 has to be the SHA-256'],
    ['no nodes', JSON.stringify({ sha256 }), 'line 1: nodes has to be a list of patterns'],
    ['empty nodes', JSON.stringify({ sha256, nodes: [] }), 'line 1: nodes has to be a list of patterns'],
    [
      'an invalid node',
      JSON.stringify({ sha256, nodes: ['n', 7] }),
      'line 1: nodes: "n" is not one of mesh/M/virtualNode/N',
    ],
    [
      'an invalid time',
      JSON.stringify({ ...good, expires: 'soon' }),
      'line 1: expires "soon" has to be a time',
    ],
    ['an invalid date', JSON.stringify({ ...good, expires: '2027-13-31T00:00:00Z' }), 'has to be a time'],
    ['an unknown member', JSON.stringify({ ...good, expire: 1 }), 'line 1: "expire" is not known'],
    ['a token twice', `${JSON.stringify(good)}\n${JSON.stringify(good)}`, 'line 2: sha256 "'],
  ])('%s', (_, text, message) => {
    expect(() => read(text)).toThrow(`tokens.jsonl: ${message.startsWith('line') ? message : ''}`);
    expect(() => read(text)).toThrow(message);
  });

  test('lists every problem, and quotes no line', () => {
    expect(() => read(`{"sha256":"very secret"}\n{"nodes":["x"]}`)).toThrow(/line 1[^]*line 2/);
    expect(() => read(`{"sha256":"very secret"}`)).not.toThrow(/very secret/);
  });
});
