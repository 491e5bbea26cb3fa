import { isDeepStrictEqual } from 'node:util';
import type { NodeAccess } from '../mesh/access/node-access.ts';
import { accessIn, withAccess, type AccessSource } from '../mesh/access/with-access.ts';
import type { Dependents } from '../mesh/dependents.ts';
import type { ProxyId, ProxyView } from '../mesh/proxy-view.ts';
import type { Change } from '../mesh/resource.ts';
import { viewOf } from '../mesh/view.ts';
import type { ConfigTable, ProxyConfig } from './config-table.ts';
import { proxyPath, resolve } from './identity.ts';

/** The proxies that changes of the model may concern. */
export type Concerned = {
  /** Those that see a changed resource. */
  readonly seen: readonly ProxyId[];
  /** The paths of other virtual nodes, whose callers or access policies may have changed. */
  readonly admitting: ReadonlySet<string>;
};

/** Adds to a view which callers its virtual node admits. Keeps the object of an access that has not changed: caches use it as a key. */
export function withCallers(
  view: ProxyView,
  id: ProxyId,
  { before, ...source }: AccessSource & { readonly before: NodeAccess | undefined },
): ProxyView {
  const fresh = withAccess(view, id, source);
  const access = accessIn(fresh);
  if (fresh.kind !== 'virtualNode' || access === undefined || before === undefined) return fresh;
  return isDeepStrictEqual(before, access) ? { ...fresh, access: before } : fresh;
}

/** Whether the admitted callers differ from those in the latest configuration. */
export function hasNewCallers(config: ProxyConfig, source: AccessSource): boolean {
  const id = resolve(source.model, config.identity);
  const view = id && viewOf(source.model, id);
  if (id === undefined || view === undefined) return false;
  return accessIn(withCallers(view, id, { ...source, before: config.access })) !== config.access;
}

/**
 * Applies changes to the graph. Returns the proxies that the changes may concern. Without a trust domain, no virtual node is `admitting`.
 */
export function applyToGraph(
  changes: readonly Change[],
  table: Pick<ConfigTable, 'paths'>,
  { dependents, trustDomain }: { readonly dependents: Dependents; readonly trustDomain: string | undefined },
): Concerned {
  const admitting = new Set<string>();
  if (trustDomain === undefined) return { seen: dependents.apply(changes), admitting };
  const seen = dependents.apply(changes, (node) => admitting.add(proxyPath(node)));
  const meshes = changes.flatMap(({ id }) =>
    id.kind === 'accessPolicy' ? `mesh/${id.mesh}/virtualNode/` : [],
  );
  if (meshes.length > 0) {
    for (const path of table.paths()) if (meshes.some((mesh) => path.startsWith(mesh))) admitting.add(path);
  }
  for (const proxy of seen) admitting.delete(proxyPath(proxy));
  return { seen, admitting };
}
