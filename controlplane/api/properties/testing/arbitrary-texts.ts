import * as fc from 'fast-check';

/**
 * Characters that a name or a text may have: of one to four bytes in UTF-8, characters that other notations escape, and
 * control characters other than line ends.
 */
const UNITS = [
  'a',
  'Z',
  '0',
  '-',
  '_',
  '.',
  '~',
  ' ',
  '"',
  "'",
  '\\',
  '{',
  '%',
  '&',
  '#',
  ':',
  'é',
  '日',
  '🎨',
  '\t',
  '\u0001',
  '\u007f',
  '*',
];

/** Returns texts of `min` to `max` characters from `units`; both bounds are frequent. */
export function textOf(min: number, max: number, units: readonly string[] = UNITS): fc.Arbitrary<string> {
  const unit = fc.constantFrom(...units);
  const exactly = (length: number) => fc.string({ unit, minLength: length, maxLength: length });
  return fc.oneof(
    { weight: 8, arbitrary: fc.string({ unit, minLength: min, maxLength: Math.min(max, min + 12) }) },
    { weight: 1, arbitrary: exactly(min) },
    { weight: 1, arbitrary: exactly(max) },
  );
}

/** Returns absolute paths, or prefixes of absolute paths. */
export function pathOf(max: number): fc.Arbitrary<string> {
  return textOf(0, max - 1, [...UNITS, '/']).map((rest) => `/${rest}`);
}

/** Host names. */
export const hostName: fc.Arbitrary<string> = fc.oneof(
  textOf(1, 253, ['a', 'b', 'Z', '0', '-', '.']),
  fc.constantFrom('10.0.0.1', 'fd00::1', 'colorteller.default.svc.cluster.local'),
);

/** Subject alternative names of each kind, and any text. */
export const subjectName: fc.Arbitrary<string> = fc.oneof(
  textOf(1, 254).map((text) => text.replaceAll('*', 'x')),
  fc.constantFrom('a.example.com', 'spiffe://m/node/a', '10.0.0.1', 'fd00::1', 'a@example.com'),
);

/** Valid RE2 expressions. */
export const expression: fc.Arbitrary<string> = fc.constantFrom(
  '.*',
  '/a/(b|c)+',
  '[a-z0-9]{1,20}',
  String.raw`\d+\.\d+`,
  '(?i)é|日',
  '^$',
  String.raw`\p{Greek}+`,
);

/** Formats of access logs. */
export const logFormat: fc.Arbitrary<string> = fc.constantFrom(
  '%START_TIME%',
  '%START_TIME(%s)% %REQ(:METHOD)% %REQ(X-A?:PATH):10%',
  '%RESPONSE_CODE% 100%% %PROTOCOL%',
  'plain',
);
