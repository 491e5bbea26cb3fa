import { expect, it } from 'vitest';
import { findJsonError } from './json-error-position.ts';

const CASES: readonly [text: string, offset: number, expected: string][] = [
  ['', 0, 'a value'],
  ['  ', 2, 'a value'],
  ['{', 1, 'a name in double quotes or "}"'],
  ['{"a"', 4, '":"'],
  ['{"a":}', 5, 'a value'],
  ['{"a":1,}', 7, 'a name in double quotes'],
  ['{"a":1 "b":2}', 7, '"," or "}"'],
  ['[1,]', 3, 'a value'],
  ['[1 2]', 3, '"," or "]"'],
  ['[01]', 2, '"," or "]"'],
  ['[1}', 2, '"," or "]"'],
  ['{"a":1]', 6, '"," or "}"'],
  ['{"a":{"b":[]}}}', 14, 'nothing more'],
  ['true false', 5, 'nothing more'],
  ["{'a':1}", 1, 'a name in double quotes or "}"'],
  ['{"a":"x\ny"}', 5, 'a value'],
  ['{"a":"\\x"}', 5, 'a value'],
  ['[tru]', 1, 'a value or "]"'],
  ['[NaN]', 1, 'a value or "]"'],
  ['{"a":1}// note', 7, 'nothing more'],
];

it.each(CASES)('%j has its first error at %i', (text, offset, expected) => {
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
  expect(findJsonError(text)).toEqual({ offset, expected });
});
