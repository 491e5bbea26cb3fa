import { expect, it } from 'vitest';
import { exactNumber, isExactNumber } from './exact-number.ts';

it.each(['0', '-1', '1.5', '1e3', '9007199254740991'])('%s stays a number', (source) => {
  expect(exactNumber(Number(source), source)).toBe(Number(source));
});

it.each(['9007199254740992', '-9007199254740993', '1e400'])('%s keeps its text', (source) => {
  const value = exactNumber(Number(source), source);
  expect(isExactNumber(value)).toBe(true);
  expect(JSON.stringify({ value })).toBe(`{"value":${source}}`);
});

it('a structure with a member rawJSON is not an exact number', () => {
  expect(isExactNumber({ rawJSON: '1' })).toBe(false);
});
