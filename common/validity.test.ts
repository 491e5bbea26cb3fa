import { expect, test } from 'vitest';
import { validityAt, validityProblem, warningTime, type Validity } from './validity.ts';

const at = (text: string) => new Date(text);
const quarter: Validity = { notBefore: at('2026-01-01T00:00:00Z'), notAfter: at('2026-04-01T00:00:00Z') };

test.each([
  ['2025-12-31T23:59:59Z', 'not yet valid', 'it is not valid before 2026-01-01T00:00:00Z'],
  ['2026-01-01T00:00:00Z', 'valid', undefined],
  ['2026-03-22T00:00:00Z', 'valid', undefined],
  ['2026-03-23T00:00:01Z', 'valid', 'it expires at 2026-04-01T00:00:00Z and has not been renewed'],
  ['2026-04-01T00:00:01Z', 'expired', 'it expired at 2026-04-01T00:00:00Z'],
] as const)('%s: %s', (now, state, problem) => {
  expect(validityAt(quarter, at(now))).toBe(state);
  expect(validityProblem('it', quarter, at(now))).toBe(problem);
});

test.each([
  ['an hour', '2026-01-01T01:00:00Z', '2026-01-01T00:54:00Z'],
  ['ten years', '2036-01-01T00:00:00Z', '2035-12-18T00:00:00Z'],
])('the end of a life of %s is warned of in time, and not for long', (_life, notAfter, warned) => {
  expect(warningTime({ notBefore: quarter.notBefore, notAfter: at(notAfter) })).toEqual(at(warned));
});
