import type { HttpGatewayRouteRewrite } from '../../model/types.ts';
import type { PathMatch } from '../envoy/routes/match.ts';
import { isHeaderValue } from '../envoy/text.ts';

/** One Envoy route that a gateway route needs: what it takes, and what the matched part becomes, if it changes. */
export type Rewrite = { readonly path: PathMatch; readonly to?: string };

/**
 * The Envoy routes for a path. A prefix becomes `/` unless something else is asked for, and with or without a slash at
 * its end it stands for two: `/x/` and `/x`, so that nothing begins with two slashes.
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

/** Why a rewrite cannot be done; undefined when it can. */
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
