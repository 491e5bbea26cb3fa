import { expect, test } from 'vitest';
import { parseVariables } from './parse-variables.ts';

test('reads plain and quoted values, and ignores comments', () => {
  const text = [
    '# a comment',
    '; another',
    '',
    'A=1',
    '  B = two words # not a comment ',
    'C="with \\"quotes\\" and \\\\"',
    "D='a\\b'",
    'E=',
    'F="first',
    'second"',
    'A=3',
    'G=a=b',
  ].join('\r\n');
  expect(parseVariables(text)).toEqual({
    A: '3',
    B: 'two words # not a comment',
    C: 'with "quotes" and \\',
    D: 'a\\b',
    E: '',
    F: 'first\nsecond',
    G: 'a=b',
  });
});

test.each([
  ['export A=1', 'line 1: a line has the form NAME=VALUE'],
  ['A=1\nB', 'line 2: a line has the form NAME=VALUE'],
  ['=1', 'line 1: a line has the form NAME=VALUE'],
  ['A="1', 'line 1: A: the closing quote is missing'],
  ['A="1" # no', 'line 1: A: there is text after the closing quote'],
  ["A=it's", 'line 1: A: a value with quotes or backslashes has to be quoted'],
  ['B=1\nA=a\0', 'line 2: A: a value may not have a NUL byte'],
  ['A="a\0"', 'line 1: A: a value may not have a NUL byte'],
  ['A=a\\', 'line 1: A: a value with quotes or backslashes has to be quoted'],
])('%j is an error', (text, words) => {
  expect(() => parseVariables(text)).toThrow(words);
});

test('an error does not show the value', () => {
  expect(() => parseVariables('TOKEN="secret')).not.toThrow(/secret/);
});
