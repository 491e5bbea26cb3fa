import type { HttpGatewayRouteRewrite } from '../../model/types.ts';
import type { PathMatch } from '../envoy/routes/match.ts';
import { isHeaderValue } from '../envoy/text.ts';

/**
 * One Envoy route of a gateway route: its path match, and the replacement of the matched part, if any. `rank`: the path that decides its
 * place in the order, if that is not the path of the match.
 */
export type Rewrite = { readonly path: PathMatch; readonly to?: string; readonly rank?: string };

/** Every path, as an expression: Envoy then replaces the whole path, and of a prefix only the prefix. */
const WHOLE: PathMatch = { kind: 'regex', text: '/.*' };

/**
 * Returns the Envoy routes for a path. A prefix is replaced by `/` unless a rewrite is configured. A prefix, with or without a
 * trailing slash, needs two routes, `/x/` and `/x`, so that no rewritten path begins with two slashes.
 */
export function rewrites(
  path: PathMatch,
  rewrite: HttpGatewayRouteRewrite | undefined,
): readonly [Rewrite, ...Rewrite[]] {
  const exact = rewrite?.path?.exact;
  if (path.kind !== 'prefix') return [{ path, ...(exact === undefined ? {} : { to: exact }) }];
  if (exact !== undefined) return [{ path: WHOLE, to: exact, rank: path.text }];
  if (rewrite?.prefix?.defaultPrefix === 'DISABLED') return [{ path, to: path.text }];
  const to = rewrite?.prefix?.value ?? '/';
  const base = path.text.replace(/\/$/, '');
  if (base === '') return [{ path, to }];
  return [
    { path: { kind: 'prefix', text: `${base}/` }, to },
    { path: { kind: 'prefix', text: base }, to },
  ];
}

/** Returns why a rewrite is impossible; undefined if it is possible. */
export function rewriteProblem(
  path: PathMatch,
  rewrite: HttpGatewayRouteRewrite | undefined,
): string | undefined {
  const exact = rewrite?.path?.exact;
  const value = rewrite?.prefix?.value;
  if (exact !== undefined && path.kind === 'prefix') {
    if (path.text !== '/') return 'a path is rewritten where a prefix is matched';
    if (value !== undefined) return 'a path and a prefix are rewritten';
  }
  if (value !== undefined && path.kind !== 'prefix') return 'a prefix is rewritten where a path is matched';
  const to = exact ?? value ?? '/';
  if (!isHeaderValue(to)) return `${JSON.stringify(to)} holds a line break or a NUL`;
  return to.startsWith('/')
    ? undefined
    : `a path is rewritten to ${JSON.stringify(to)}, which does not begin with /`;
}
