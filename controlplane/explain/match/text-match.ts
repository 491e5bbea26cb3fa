import { RE2JS } from 're2js';
import type { StringMatcher } from '#envoy/envoy/type/matcher/v3/string_pb.ts';
import type { Release } from '../release.ts';

/** Whether a text is as a matcher wants it. */
export function textMatches(
  { matchPattern: wanted }: StringMatcher,
  text: string,
  release: Release,
): boolean {
  if (wanted.case === 'exact') return text === wanted.value;
  if (wanted.case === 'prefix') return text.startsWith(wanted.value);
  if (wanted.case === 'suffix') return text.endsWith(wanted.value);
  if (wanted.case === 'safeRegex') return fullyMatches(wanted.value.regex, text, release);
  throw new Error(`a match by ${wanted.case ?? 'nothing'} is none of ours`);
}

/** What a matcher wants, to people, behind "does not". */
export function textWish({ matchPattern: wanted }: StringMatcher): string {
  if (wanted.case === 'exact') return `equal ${JSON.stringify(wanted.value)}`;
  if (wanted.case === 'prefix') return `begin with ${JSON.stringify(wanted.value)}`;
  if (wanted.case === 'suffix') return `end with ${JSON.stringify(wanted.value)}`;
  return wanted.case === 'safeRegex' ? `match ${JSON.stringify(wanted.value.regex)}` : 'match';
}

/** Whether all of a text matches an expression of RE2. */
export function fullyMatches(regex: string, text: string, { matchesBytes }: Release): boolean {
  return matchesBytes ? RE2JS.compile(bytes(regex)).matches(bytes(text)) : RE2JS.compile(regex).matches(text);
}

/** A text with a character for each byte of it. */
function bytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
