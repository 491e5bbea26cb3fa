import type { HttpGatewayRouteRewrite } from '../../model/types.ts';
import type { PathMatch } from '../envoy/routes/match.ts';
import { isHeaderValue } from '../envoy/text.ts';

/** One Envoy route of a gateway route: its path match, and the replacement of the matched part, if any. */
export type Rewrite = { readonly path: PathMatch; readonly to?: string };

/**
 * Returns the Envoy routes for a path. A prefix is replaced by `/` unless a rewrite is configured. A prefix, with or without a
 * trailing slash, needs two routes, `/x/` and `/x`, so that no rewritten path begins with two slashes.
 */
export function rewrites(
  path: PathMatch,
  rewrite: HttpGatewayRouteRewrite | undefined,
): readonly [Rewrite, ...Rewrite[]] {
  if (path.kind !== 'prefix') {
    const exact = rewrite?.path?.exact;
    return [{ path, ...(exact === undefined ? {} : { to: exact }) }];
  }
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
  if (exact !== undefined && path.kind === 'prefix') return 'a path is rewritten where no path is matched';
  if (value !== undefined && path.kind !== 'prefix') return 'a prefix is rewritten where a path is matched';
  const to = exact ?? value ?? '/';
  if (!isHeaderValue(to)) return `${JSON.stringify(to)} holds a line break or a NUL`;
  return to.startsWith('/')
    ? undefined
    : `a path is rewritten to ${JSON.stringify(to)}, which does not begin with /`;
}
