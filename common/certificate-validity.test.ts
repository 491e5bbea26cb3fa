import { expect, test } from 'vitest';
import { nextStanding, standingOf, takesPlaceOf } from './certificate-validity.ts';

const DAY = 24 * 60 * 60 * 1000;
const YEAR = { notBefore: 0, notAfter: 365 * DAY };
const SHORT = { notBefore: 0, notAfter: 3000 };

test.each([
  [YEAR, -1, 'not yet valid', 0],
  [YEAR, 0, 'valid', 351 * DAY],
  [YEAR, 351 * DAY - 1, 'valid', 351 * DAY],
  [YEAR, 351 * DAY, 'ending', 365 * DAY],
  [YEAR, 365 * DAY, 'expired', undefined],
  [SHORT, 1999, 'valid', 2000],
  [SHORT, 2000, 'ending', 3000],
  [SHORT, 3000, 'expired', undefined],
] as const)('a certificate valid %j is at %d: %s, until %s', (validity, now, standing, next) => {
  expect([standingOf(validity, now), nextStanding(validity, now)]).toEqual([standing, next]);
});

const PAST = { notBefore: 0, notAfter: 10 };
const PRESENT = { notBefore: 5, notAfter: 20 };
const FUTURE = { notBefore: 30, notAfter: 40 };

test.each([
  ['a valid one', PRESENT, 'a valid one', PRESENT, true],
  ['a valid one', PRESENT, 'an expired one', PAST, false],
  ['a valid one', PRESENT, 'one that is not valid yet', FUTURE, false],
  ['an expired one', PAST, 'a valid one', PRESENT, true],
  ['an expired one', PAST, 'another expired one', PAST, true],
  ['an expired one', PAST, 'one that is not valid yet', FUTURE, true],
] as const)('in the place of %s %j comes %s %j: %s', (_a, inForce, _b, offered, takes) => {
  expect(takesPlaceOf(inForce, offered, 15)).toBe(takes);
});
