import { expect, test } from 'vitest';
import type { PortAddresses } from './filled-listener.ts';
import { filledListener, namesIn } from './filled-listener.ts';
import { chainsOf, listenerOf, namedListener, OTHER_METADATA } from './testing/listener.ts';

const NAMES = {
  '3306': [
    { chain: 'a', names: ['a.local'] },
    { chain: 'b', names: ['b.local'] },
    { chain: 'closed', ambiguous: true as const },
  ],
};

const ADDRESSES: PortAddresses = new Map([
  [
    '3306',
    [
      { chain: 'a', addresses: ['10.0.0.1', 'fd00::1'] },
      { chain: 'b', addresses: ['10.0.0.2'] },
    ],
  ],
]);

test('the names of a listener are read, and one without any has none', () => {
  expect(namesIn(namedListener({}, NAMES))).toEqual(NAMES);
  expect(namesIn(namedListener({}))).toEqual({});
});

test('a listener that cannot be read has no names, and passes as it is', () => {
  const any = Buffer.from('no listener at all');
  expect(namesIn({ name: 'egress', version: '1', any })).toEqual({});
  const resource = { name: 'egress', version: '1', any };
  expect(filledListener(resource, ADDRESSES)).toBe(resource);
});

test('the chain that has the address comes first, and what the control plane wrote for the port is for all others', () => {
  const filled = filledListener(namedListener({ '3306': 'other', '80': 'http' }, NAMES), ADDRESSES);
  expect(chainsOf(filled)).toEqual({
    '3306': { '10.0.0.1': 'a', 'fd00::1': 'a', '10.0.0.2': 'b', '*': 'other' },
    '80': { '*': 'http' },
  });
});

test('a port of which the control plane says nothing leaves all other addresses to the outermost choice', () => {
  const filled = filledListener(namedListener({ '80': 'http' }, NAMES), ADDRESSES);
  expect(chainsOf(filled)['3306']).toEqual({ '10.0.0.1': 'a', 'fd00::1': 'a', '10.0.0.2': 'b' });
});

test('all else of the listener stays, and its version tells what it is made of', () => {
  const sent = namedListener({ '3306': 'other' }, NAMES);
  const filled = filledListener(sent, ADDRESSES);
  const { filterChainMatcher: _sent, metadata: _names, ...before } = listenerOf(sent.any);
  const { filterChainMatcher: _filled, metadata: _none, ...after } = listenerOf(filled.any);
  expect(after).toEqual(before);
  expect(filled.name).toBe(sent.name);
  expect(filled.version.startsWith(`${sent.version}-`)).toBe(true);
  expect(filledListener(sent, ADDRESSES).version).toBe(filled.version);
  const moved = new Map([['3306', [{ chain: 'a', addresses: ['10.0.0.9'] }]]]);
  expect(filledListener(sent, moved).version).not.toBe(filled.version);
});

test('a listener that names nothing is the one that was sent', () => {
  const sent = namedListener({ '3306': 'other' });
  expect(filledListener(sent, new Map([['3306', []]]))).toBe(sent);
});

test.each([
  ['without any address', new Map([['3306', []]])],
  ['with addresses', ADDRESSES],
])('the names are not in what Envoy is served, for other metadata make it drain the whole listener: %s', (_, ports) => {
  const filled = listenerOf(filledListener(namedListener({ '3306': 'other' }, NAMES), ports).any);
  expect(filled.metadata?.filterMetadata).toEqual({ [OTHER_METADATA]: { kept: true } });
});
