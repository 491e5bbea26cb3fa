import type { RouteMatch } from '#envoy/envoy/config/route/v3/route_components_pb.ts';
import type { Release } from '../release.ts';
import { pathOf, type RoutedRequest } from '../request.ts';
import { judgeHeader } from './header-condition.ts';
import { metIf, unmet, type Judged } from './judged.ts';
import { judgeParameter } from './query-condition.ts';
import { fullyMatches } from './text-match.ts';

/** Judges a request by each condition of a route; the route matches if all are met. */
export function judgeConditions(
  match: RouteMatch | undefined,
  request: RoutedRequest,
  release: Release,
): readonly Judged[] {
  if (match === undefined) return [];
  const { target } = request;
  return [
    ...judgeForwarded(request),
    target === undefined
      ? unmet('CONNECT has no path, and no route is for it')
      : judgePath(match, pathOf(target), release),
    ...match.headers.map((matcher) => judgeHeader(matcher, request, release)),
    ...match.queryParameters.map((matcher) => judgeParameter(matcher, target ?? '', release)),
  ];
}

/** Envoy does not route a request with an empty X-Forwarded-Proto. */
function judgeForwarded({ headers }: RoutedRequest): readonly Judged[] {
  const empty = headers.get('x-forwarded-proto')?.[0] === '';
  return empty ? [unmet('header x-forwarded-proto is empty, and such a request is sent nowhere')] : [];
}

function judgePath({ pathSpecifier: wanted }: RouteMatch, path: string, release: Release): Judged {
  if (wanted.case === 'prefix')
    return metIf(path.startsWith(wanted.value), () => `the path does not begin with ${wanted.value}`);
  if (wanted.case === 'path') return metIf(path === wanted.value, () => `the path is not ${wanted.value}`);
  if (wanted.case !== 'safeRegex')
    throw new Error(`a route by ${wanted.case ?? 'nothing'} is not in our translation`);
  const { regex } = wanted.value;
  return metIf(fullyMatches(regex, path, release), () => `the path does not match ${regex}`);
}
