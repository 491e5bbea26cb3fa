import { expect, test } from 'vitest';
import { interfaceName, matchesInterface } from './interface-name.ts';

test.each(['eth0', 'docker0', 'br-0123456789ab', 'veth+', 'eth0.100', 'fifteen-letters'])('%s', (text) => {
  expect(interfaceName(text)).toEqual({ value: text });
});

test.each([
  '',
  '+',
  '-i',
  'a b',
  'eth0\n',
  've+th',
  '../eth0',
  '!eth0',
  'sixteen-letters0',
])('%j is refused', (text) => {
  expect(interfaceName(text)).toHaveProperty('wanted');
});

test.each([
  ['docker0', 'docker0', true],
  ['docker0', 'docker01', false],
  ['docker+', 'docker0', true],
  ['docker+', 'docker', true],
  ['docker+', 'dock', false],
])('%s means %s: %s', (pattern, name, answer) => {
  expect(matchesInterface(pattern, name)).toBe(answer);
});
