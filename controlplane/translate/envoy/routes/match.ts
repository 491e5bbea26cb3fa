import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  HeaderMatcherSchema,
  QueryParameterMatcherSchema,
  RouteMatchSchema,
} from '#envoy/envoy/config/route/v3/route_components_pb.ts';
import type { HeaderMatchMethod, HttpQueryParameter } from '../../../model/types.ts';
import { regexProblem } from './regex.ts';
import { isHeaderValue } from '../text.ts';

/** A route's path match: the whole path, its prefix, or an expression for the whole path. */
export type PathMatch = { readonly kind: 'prefix' | 'exact' | 'regex'; readonly text: string };

/** One condition on a header, or on gRPC metadata, which travels as headers. Without `match`: the header is present. */
export type HeaderCondition = {
  readonly name: string;
  readonly match?: HeaderMatchMethod;
  readonly invert?: boolean;
};

/** The conditions of a route; all of them have to hold. */
export type Conditions = {
  readonly path: PathMatch;
  readonly headers: readonly HeaderCondition[];
  readonly query: readonly HttpQueryParameter[];
};

/** Envoy's form of some conditions. */
export type RouteMatchInit = MessageInitShape<typeof RouteMatchSchema>;

type HeaderMatcherInit = Exclude<MessageInitShape<typeof HeaderMatcherSchema>, { $typeName: string }>;
type QueryMatcherInit = MessageInitShape<typeof QueryParameterMatcherSchema>;

/** The common members of the matches of HTTP routes and HTTP gateway routes. */
export type HttpMatch = {
  readonly prefix?: string;
  readonly path?: { readonly exact?: string; readonly regex?: string };
  readonly method?: string;
  readonly scheme?: string;
  readonly headers?: readonly HeaderCondition[];
  readonly queryParameters?: readonly HttpQueryParameter[];
};

/** The common members of the matches of gRPC routes and gRPC gateway routes. */
export type GrpcMatch = {
  readonly serviceName?: string;
  readonly methodName?: string;
  readonly metadata?: readonly HeaderCondition[];
};

/** The longest name of a query parameter that Envoy accepts, in bytes. */
export const LONGEST_QUERY_NAME = 1024;

/** Returns the conditions of an HTTP match; without a path it takes every path. */
export function httpConditions(match: HttpMatch): Conditions {
  const pseudo = [
    ...(match.method === undefined ? [] : [{ name: ':method', match: { exact: match.method } }]),
    ...(match.scheme === undefined ? [] : [{ name: ':scheme', match: { exact: match.scheme } }]),
  ];
  return {
    path: httpPath(match),
    headers: [...pseudo, ...(match.headers ?? [])],
    query: match.queryParameters ?? [],
  };
}

/** Returns the conditions of a gRPC match: a call's path is `/service/method`. */
export function grpcConditions(match: GrpcMatch): Conditions {
  return { path: grpcPath(match), headers: match.metadata ?? [], query: [] };
}

/** Returns why Envoy would reject the conditions; undefined if they are valid. */
export function conditionsProblem({ path, headers, query }: Conditions): string | undefined {
  const wrong = [path.text, ...headers.map(({ name }) => name), ...query.map(({ name }) => name)].find(
    (text) => !isHeaderValue(text),
  );
  if (wrong !== undefined) return `${JSON.stringify(wrong)} holds a line break or a NUL`;
  const unnamed = query.find(({ name }) => name === '' || Buffer.byteLength(name) > LONGEST_QUERY_NAME);
  if (unnamed !== undefined) {
    return `the query parameter ${JSON.stringify(unnamed.name)} must be named, in at most ${LONGEST_QUERY_NAME} bytes`;
  }
  const regexes = headers.flatMap(({ match }) => match?.regex ?? []);
  if (path.kind === 'regex') regexes.unshift(path.text);
  for (const regex of regexes) {
    const problem = regexProblem(regex);
    if (problem !== undefined) return `${JSON.stringify(regex)}: ${problem}`;
  }
  const numbers = headers.flatMap(({ match }) => (match?.range ? [match.range.start, match.range.end] : []));
  const inexact = numbers.find((number) => !Number.isSafeInteger(number));
  return inexact === undefined ? undefined : `${inexact} is no whole number that JSON can carry exactly`;
}

/** Converts the conditions to Envoy's form. */
export function routeMatch({ path, headers, query }: Conditions): RouteMatchInit {
  return {
    pathSpecifier: pathSpecifier(path),
    headers: headers.map(headerMatcher),
    queryParameters: query.map(queryMatcher),
  };
}

function httpPath({ prefix, path }: HttpMatch): PathMatch {
  if (path?.exact !== undefined) return { kind: 'exact', text: path.exact };
  if (path?.regex !== undefined) return { kind: 'regex', text: path.regex };
  return { kind: 'prefix', text: prefix ?? '/' };
}

function grpcPath({ serviceName, methodName }: GrpcMatch): PathMatch {
  if (serviceName === undefined) return { kind: 'prefix', text: '/' };
  if (methodName === undefined) return { kind: 'prefix', text: `/${serviceName}/` };
  return { kind: 'exact', text: `/${serviceName}/${methodName}` };
}

function pathSpecifier({ kind, text }: PathMatch): NonNullable<RouteMatchInit['pathSpecifier']> {
  if (kind === 'exact') return { case: 'path', value: text };
  if (kind === 'regex') return { case: 'safeRegex', value: { regex: text } };
  return { case: 'prefix', value: text };
}

function headerMatcher({ name, match, invert = false }: HeaderCondition): HeaderMatcherInit {
  return { name, invertMatch: invert, headerMatchSpecifier: headerValue(match ?? {}) };
}

function headerValue(match: HeaderMatchMethod): NonNullable<HeaderMatcherInit['headerMatchSpecifier']> {
  const { exact, prefix, suffix, regex, range } = match;
  if (exact !== undefined) return textual({ case: 'exact', value: exact });
  if (prefix !== undefined) return textual({ case: 'prefix', value: prefix });
  if (suffix !== undefined) return textual({ case: 'suffix', value: suffix });
  if (regex !== undefined) return textual({ case: 'safeRegex', value: { regex } });
  if (range === undefined) return { case: 'presentMatch', value: true };
  return { case: 'rangeMatch', value: { start: BigInt(range.start), end: BigInt(range.end) } };
}

function textual(matchPattern: StringPattern): NonNullable<HeaderMatcherInit['headerMatchSpecifier']> {
  return { case: 'stringMatch', value: { matchPattern } };
}

type StringPattern =
  | { case: 'exact' | 'prefix' | 'suffix'; value: string }
  | { case: 'safeRegex'; value: { regex: string } };

function queryMatcher({ name, match }: HttpQueryParameter): QueryMatcherInit {
  const exact = match?.exact;
  if (exact === undefined)
    return { name, queryParameterMatchSpecifier: { case: 'presentMatch', value: true } };
  const value = { matchPattern: { case: 'exact' as const, value: exact } };
  return { name, queryParameterMatchSpecifier: { case: 'stringMatch', value } };
}
