import { RE2JS } from 're2js';
import type { StringMatcher } from '#envoy/envoy/type/matcher/v3/string_pb.ts';
import type {
  HeaderMatcher,
  QueryParameterMatcher,
  RouteMatch,
} from '#envoy/envoy/config/route/v3/route_components_pb.ts';
import type { AskedRequest } from './asked-request.ts';

/** What a route wants and a request does not have, a sentence each; empty: the route takes it. */
export function unmetConditions(match: RouteMatch | undefined, request: AskedRequest): readonly string[] {
  if (match === undefined) return [];
  return [
    ...unmetPath(match, request.path),
    ...match.headers.flatMap((matcher) => unmetHeader(matcher, headerValue(matcher.name, request))),
    ...match.queryParameters.flatMap((matcher) => unmetParameter(matcher, request.query)),
  ];
}

function unmetPath({ pathSpecifier: wanted }: RouteMatch, path: string): readonly string[] {
  if (wanted.case === 'prefix')
    return path.startsWith(wanted.value) ? [] : [`the path does not begin with ${wanted.value}`];
  if (wanted.case === 'path') return path === wanted.value ? [] : [`the path is not ${wanted.value}`];
  if (wanted.case !== 'safeRegex') throw new Error(`a route by ${wanted.case ?? 'nothing'} is none of ours`);
  const { regex } = wanted.value;
  return fullyMatches(regex, path) ? [] : [`the path does not match ${regex}`];
}

/** Envoy's own headers carry what the request line says. */
function headerValue(name: string, request: AskedRequest): string | undefined {
  const { method, scheme, authority, path, headers } = request;
  const own: Readonly<Record<string, string>> = {
    ':method': method,
    ':scheme': scheme,
    ':authority': authority,
    ':path': path,
  };
  return own[name.toLowerCase()] ?? headers.get(name.toLowerCase());
}

function unmetHeader(matcher: HeaderMatcher, value: string | undefined): readonly string[] {
  const { name, invertMatch, headerMatchSpecifier: wanted } = matcher;
  const what = name.startsWith(':') ? `the ${name.slice(1)}` : `header ${name}`;
  if (wanted.case === 'presentMatch') {
    const met = (value !== undefined) === wanted.value;
    if (met !== invertMatch) return [];
    return [value === undefined ? `${what} is missing` : `${what} is there, and must not be`];
  }
  if (value === undefined) return [`${what} is missing`];
  if (wanted.case === 'rangeMatch') {
    const { start, end } = wanted.value;
    const met = isInRange(value, start, end);
    if (met !== invertMatch) return [];
    const not = invertMatch ? 'must not be' : 'is not';
    return [`${what} is ${JSON.stringify(value)}, which ${not} a number from ${start} to below ${end}`];
  }
  if (wanted.case !== 'stringMatch')
    throw new Error(`a header match by ${wanted.case ?? 'nothing'} is none of ours`);
  if (stringMatches(wanted.value, value) !== invertMatch) return [];
  return [
    `${what} is ${JSON.stringify(value)}, which ${invertMatch ? 'must not' : 'does not'} ${stringWish(wanted.value)}`,
  ];
}

function unmetParameter(
  { name, queryParameterMatchSpecifier: wanted }: QueryParameterMatcher,
  query: AskedRequest['query'],
): readonly string[] {
  // Of a name that stands twice, Envoy takes the first.
  const value = query.find(([each]) => each === name)?.[1];
  if (value === undefined) return [`query parameter ${name} is missing`];
  if (wanted.case !== 'stringMatch' || stringMatches(wanted.value, value)) return [];
  return [`query parameter ${name} is ${JSON.stringify(value)}, which does not ${stringWish(wanted.value)}`];
}

function stringMatches({ matchPattern: wanted }: StringMatcher, value: string): boolean {
  if (wanted.case === 'exact') return value === wanted.value;
  if (wanted.case === 'prefix') return value.startsWith(wanted.value);
  if (wanted.case === 'suffix') return value.endsWith(wanted.value);
  if (wanted.case === 'safeRegex') return fullyMatches(wanted.value.regex, value);
  throw new Error(`a match by ${wanted.case ?? 'nothing'} is none of ours`);
}

function stringWish({ matchPattern: wanted }: StringMatcher): string {
  if (wanted.case === 'exact') return `equal ${JSON.stringify(wanted.value)}`;
  if (wanted.case === 'prefix') return `begin with ${JSON.stringify(wanted.value)}`;
  if (wanted.case === 'suffix') return `end with ${JSON.stringify(wanted.value)}`;
  return wanted.case === 'safeRegex' ? `match ${JSON.stringify(wanted.value.regex)}` : 'match';
}

// Envoy reads a whole number in base 10 and nothing else.
function isInRange(value: string, start: bigint, end: bigint): boolean {
  if (!/^-?\d+$/.test(value)) return false;
  const number = BigInt(value);
  return number >= start && number < end;
}

function fullyMatches(regex: string, text: string): boolean {
  return RE2JS.compile(regex).matches(text);
}
