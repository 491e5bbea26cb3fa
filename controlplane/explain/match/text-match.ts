import { RE2JS } from 're2js';
import type { StringMatcher } from '#envoy/envoy/type/matcher/v3/string_pb.ts';
import type { Release } from '../release.ts';

/** Whether a text meets a matcher. */
export function textMatches(
  { matchPattern: wanted }: StringMatcher,
  text: string,
  release: Release,
): boolean {
  if (wanted.case === 'exact') return text === wanted.value;
  if (wanted.case === 'prefix') return text.startsWith(wanted.value);
  if (wanted.case === 'suffix') return text.endsWith(wanted.value);
  if (wanted.case === 'safeRegex') return fullyMatches(wanted.value.regex, text, release);
  throw new Error(`a match by ${wanted.case ?? 'nothing'} is not in our translation`);
}

/** Describes a matcher for people, to follow "does not". */
export function textWish({ matchPattern: wanted }: StringMatcher): string {
  if (wanted.case === 'exact') return `equal ${JSON.stringify(wanted.value)}`;
  if (wanted.case === 'prefix') return `begin with ${JSON.stringify(wanted.value)}`;
  if (wanted.case === 'suffix') return `end with ${JSON.stringify(wanted.value)}`;
  return wanted.case === 'safeRegex' ? `match ${JSON.stringify(wanted.value.regex)}` : 'match';
}

/** Whether an RE2 expression matches a whole text. */
export function fullyMatches(regex: string, text: string, { matchesBytes }: Release): boolean {
  return matchesBytes ? RE2JS.compile(bytes(regex)).matches(bytes(text)) : RE2JS.compile(regex).matches(text);
}

/** Returns a text with one character per byte. */
function bytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
