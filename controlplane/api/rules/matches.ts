import type { HeaderMatchMethod, HttpPathMatch, QueryParameterMatch } from '../../model/types.ts';
import { memberPath, type Violation } from '../violation.ts';
import { regex } from './regex.ts';

/** A structure that is a choice, though the model does not say so. */
export function exactlyOneOf<T extends object>(
  value: T,
  path: string,
  ...members: readonly (keyof T & string)[]
): readonly Violation[] {
  if (members.filter((member) => value[member] !== undefined).length === 1) return [];
  return [{ path, value, constraint: `Member must set exactly one of [${members.join(', ')}]` }];
}

/** A match by header or by gRPC metadata. */
export function headerMatch(value: HeaderMatchMethod, path: string): readonly Violation[] {
  return value.regex === undefined ? [] : regex(value.regex, memberPath(path, 'regex'));
}

/** A path is matched whole or by expression. */
export function httpPath(value: HttpPathMatch, path: string): readonly Violation[] {
  const choice = exactlyOneOf(value, path, 'exact', 'regex');
  return value.exact === undefined
    ? choice
    : [...choice, ...absolutePath(value.exact, memberPath(path, 'exact'))];
}

/** A path, or the beginning of one. Those that App Mesh kept for itself stay refused. */
export function absolutePath(value: string, path: string): readonly Violation[] {
  if (!value.startsWith('/')) return [{ path, value, constraint: 'Member must begin with /' }];
  if (/^\/aws-app-?mesh/.test(value)) {
    return [
      {
        path,
        value,
        constraint: 'Member must not begin with /aws-appmesh or /aws-app-mesh, which are reserved',
      },
    ];
  }
  return [];
}

/** A gRPC service name. Those that App Mesh kept for itself stay refused. */
export function grpcService(value: string, path: string): readonly Violation[] {
  if (!/^aws\.app-?mesh/.test(value)) return [];
  return [
    { path, value, constraint: 'Member must not begin with aws.appmesh or aws.app-mesh, which are reserved' },
  ];
}

/** A query parameter's match: there is one way. Without a match, its presence is enough. */
export function queryMatch(value: QueryParameterMatch, path: string): readonly Violation[] {
  return exactlyOneOf(value, path, 'exact');
}

/** A host name to match, or its end. Envoy takes `*` for a wildcard. */
export function hostname(value: string, path: string): readonly Violation[] {
  if (!/[*\s/]/.test(value)) return [];
  return [
    { path, value, constraint: 'Member must be a host name, or the end of one, without *, / and blanks' },
  ];
}
