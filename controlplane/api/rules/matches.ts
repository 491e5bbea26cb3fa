import type { GatewayRouteHostnameMatch, HeaderMatchMethod, HttpPathMatch } from '../../model/types.ts';
import { LONGEST_QUERY_NAME } from '../../translate/envoy/routes/match.ts';
import { memberPath } from '../validation/violation.ts';
import { regex } from './regex.ts';
import type { Broken } from './rule.ts';

/** Checks a structure with exclusive members: of two, one would be ignored silently. A structure without members counts as absent. */
export function atMostOneOf<T extends object>(
  value: T,
  path: string,
  ...members: readonly (keyof T & string)[]
): readonly Broken[] {
  if (given(value, members) < 2) return [];
  const constraint = `Member must set at most one of [${members.join(', ')}]`;
  return [{ rule: 'one-of-two', path, value, constraint }];
}

/** Checks that the specification of a route or gateway route has exactly one protocol. */
export function oneRouteType<T extends object>(
  value: T,
  path: string,
  ...members: readonly (keyof T & string)[]
): readonly Broken[] {
  if (given(value, members) === 1) return [];
  const constraint = `Member must set exactly one of [${members.join(', ')}]`;
  return [{ rule: 'one-route-type', path, value, constraint }];
}

function given<T extends object>(value: T, members: readonly (keyof T & string)[]): number {
  return members.filter((member) => value[member] !== undefined).length;
}

/** Checks a header or gRPC metadata match. */
export function headerMatch(value: HeaderMatchMethod, path: string): readonly Broken[] {
  return value.regex === undefined ? [] : regex(value.regex, memberPath(path, 'regex'));
}

/** Checks a path match: it is exact or by regular expression. */
export function httpPath(value: HttpPathMatch, path: string): readonly Broken[] {
  return atMostOneOf(value, path, 'exact', 'regex');
}

/** Checks a host name match: it is exact or by suffix. */
export function hostnameMatch(value: GatewayRouteHostnameMatch, path: string): readonly Broken[] {
  return atMostOneOf(value, path, 'exact', 'suffix');
}

/** Checks a path prefix. */
export function absolutePrefix(value: string | undefined, path: string): readonly Broken[] {
  if (value === undefined || value.startsWith('/')) return [];
  return [{ rule: 'absolute-prefix', path, value, constraint: 'Member must begin with /' }];
}

/** Checks the name of a query parameter: Envoy refuses empty and too long names. */
export function queryName(value: string, path: string): readonly Broken[] {
  const bytes = Buffer.byteLength(value);
  if (bytes > 0 && bytes <= LONGEST_QUERY_NAME) return [];
  const constraint = `Member must have 1 to ${LONGEST_QUERY_NAME} bytes`;
  return [{ rule: 'query-name', path, value, constraint }];
}
