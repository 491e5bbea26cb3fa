import type { HeaderMatcher } from '#envoy/envoy/config/route/v3/route_components_pb.ts';
import type { Release } from '../release.ts';
import type { HeaderValue, RoutedRequest } from '../request.ts';
import { metIf, unmet, type Judged } from './judged.ts';
import { textMatches, textWish } from './text-match.ts';

/** Judges a request by a condition on a header, including `:method` and other pseudo-headers. */
export function judgeHeader(matcher: HeaderMatcher, request: RoutedRequest, release: Release): Judged {
  const { name, invertMatch, headerMatchSpecifier: wanted } = matcher;
  const what = name.startsWith(':') ? `the ${name.slice(1)}` : `header ${name}`;
  const values = valuesOf(name.toLowerCase(), request);
  if (wanted.case === 'presentMatch') {
    const there = values.length > 0;
    return metIf((there === wanted.value) !== invertMatch, () =>
      there ? `${what} is there, and must not be` : `${what} is missing`,
    );
  }
  if (values.length === 0) return unmet(`${what} is missing`);
  const compared = release.comparesEachLine ? values : joinedByCommas(values);
  const known = compared.filter((value) => typeof value === 'string');
  const test = testOf(matcher, release);
  const made = compared.find((value) => typeof value !== 'string');
  // One matching line is enough; for an inverted condition, one is too many.
  const fits = known.some(test.fits);
  if (made !== undefined && !fits)
    return { kind: 'unsure', why: `${what} is made by the proxy: ${made.made}` };
  return metIf(fits !== invertMatch, () => `${what} is ${quoted(known)}, ${test.which(known.length > 1)}`);
}

/** Returns a header's values as Envoy stores them; pseudo-headers come from the request line. */
function valuesOf(name: string, request: RoutedRequest): readonly HeaderValue[] {
  const { method, scheme, authority, target, headers } = request;
  if (name === ':method') return [method];
  if (name === ':scheme') return [scheme];
  if (name === ':authority' || name === 'host') return [authority];
  if (name === ':path') return target === undefined ? [] : [target];
  return headers.get(name) ?? [];
}

function joinedByCommas(values: readonly HeaderValue[]): readonly HeaderValue[] {
  return values.every((value) => typeof value === 'string') ? [values.join(',')] : values;
}

function quoted(values: readonly string[]): string {
  return values.map((value) => JSON.stringify(value)).join(' and ');
}

type Test = {
  readonly fits: (value: string) => boolean;
  /** Describes the mismatch of one value, or of several. */
  readonly which: (several: boolean) => string;
};

function testOf({ invertMatch, headerMatchSpecifier: wanted }: HeaderMatcher, release: Release): Test {
  if (wanted.case === 'rangeMatch') {
    const { start, end } = wanted.value;
    return {
      fits: (value) => isInRange(value, start, end),
      which: (several) => `${is(several, invertMatch)} a number from ${start} to below ${end}`,
    };
  }
  if (wanted.case !== 'stringMatch')
    throw new Error(`a header match by ${wanted.case ?? 'nothing'} is not in our translation`);
  return {
    fits: (value) => textMatches(wanted.value, value, release),
    which: (several) => `${does(several, invertMatch)} ${textWish(wanted.value)}`,
  };
}

function is(several: boolean, inverted: boolean): string {
  if (inverted) return several ? 'none of which may be' : 'which must not be';
  return several ? 'none of which is' : 'which is not';
}

function does(several: boolean, inverted: boolean): string {
  if (inverted) return several ? 'none of which may' : 'which must not';
  return several ? 'none of which does' : 'which does not';
}

const INT64_LIMIT = 2n ** 63n;

// Envoy parses a 64-bit integer in base 10, surrounded by optional blanks, and nothing else.
function isInRange(value: string, start: bigint, end: bigint): boolean {
  const digits = /^[ \t]*([+-]?)(\d+)[ \t]*$/.exec(value);
  if (digits === null) return false;
  const size = BigInt(digits[2] ?? '');
  const number = digits[1] === '-' ? -size : size;
  return number >= -INT64_LIMIT && number < INT64_LIMIT && number >= start && number < end;
}
