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

test('reads the names of a listener; a listener without names has none', () => {
  expect(namesIn(namedListener({}, NAMES))).toEqual(NAMES);
  expect(namesIn(namedListener({}))).toEqual({});
});

test('a malformed listener has no names, and passes unchanged', () => {
  const any = Buffer.from('no listener at all');
  expect(namesIn({ name: 'egress', version: '1', any })).toEqual({});
  const resource = { name: 'egress', version: '1', any };
  expect(filledListener(resource, ADDRESSES)).toBe(resource);
});

test("an address of a chain selects that chain; all other addresses use the control plane's match for the port", () => {
  const filled = filledListener(namedListener({ '3306': 'other', '80': 'http' }, NAMES), ADDRESSES);
  expect(chainsOf(filled)).toEqual({
    '3306': { '10.0.0.1': 'a', 'fd00::1': 'a', '10.0.0.2': 'b', '*': 'other' },
    '80': { '*': 'http' },
  });
});

test('if the control plane has no match for the port, all other addresses use the outermost match', () => {
  const filled = filledListener(namedListener({ '80': 'http' }, NAMES), ADDRESSES);
  expect(chainsOf(filled)['3306']).toEqual({ '10.0.0.1': 'a', 'fd00::1': 'a', '10.0.0.2': 'b' });
});

test('the rest of the listener stays, and its version depends on its content', () => {
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

test('a listener without names is returned as the same object', () => {
  const sent = namedListener({ '3306': 'other' });
  expect(filledListener(sent, new Map([['3306', []]]))).toBe(sent);
});

test.each([
  ['without any address', new Map([['3306', []]])],
  ['with addresses', ADDRESSES],
])("Envoy's listener does not contain the names, because a change of metadata drains the whole listener: %s", (_, ports) => {
  const filled = listenerOf(filledListener(namedListener({ '3306': 'other' }, NAMES), ports).any);
  expect(filled.metadata?.filterMetadata).toEqual({ [OTHER_METADATA]: { kept: true } });
});
