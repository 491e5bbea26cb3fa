import type { Model } from '../mesh/model.ts';
import type { Resource } from '../mesh/resource.ts';
import { nodeIdentityOf, securityOf } from '../mesh/security.ts';

/** How far the callers of a mesh without mutual TLS are known. Proxies note them while `mtls` is `PERMISSIVE`. */
export type WatchedMesh = {
  readonly mesh: string;
  readonly owner: string;
  /** How many virtual nodes have `mtls: OFF`: their callers are not known. */
  readonly off: number;
  /** Since when callers are noted, in ISO 8601, if that is less than the window: the last change of a mode. */
  readonly since?: string;
};

/**
 * Returns the meshes of these virtual nodes whose list of callers may not be complete, sorted by mesh and owner: those that have begun with
 * mutual TLS, or all while none has. `begin`: that of the window, in milliseconds since 1970.
 */
export function partlyWatched(
  model: Model,
  nodes: readonly Resource<'virtualNode'>[],
  begin: number,
): readonly WatchedMesh[] {
  const meshes = new Map<
    string,
    { mesh: string; owner: string; off: number; since: number; hasBegun: boolean }
  >();
  for (const node of nodes) {
    const { mesh, owner } = node;
    const key = JSON.stringify([mesh, owner]);
    const found = meshes.get(key) ?? { mesh, owner, off: 0, since: 0, hasBegun: false };
    meshes.set(key, found);
    const { mtls } = securityOf(model, node);
    if (mtls === 'OFF') found.off += 1;
    else found.hasBegun = true;
    if (mtls === 'PERMISSIVE') found.since = Math.max(found.since, changedAt(model, node));
  }
  const sorted = [...meshes].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  const begun = sorted.filter(({ hasBegun }) => hasBegun);
  return (begun.length === 0 ? sorted : begun)
    .map(({ mesh, owner, off, since }) => ({
      mesh,
      owner,
      off,
      ...(since > begin ? { since: new Date(since).toISOString() } : {}),
    }))
    .filter(({ off, since }) => off > 0 || since !== undefined);
}

/** The last change of the document that has the mode, in milliseconds since 1970. It may have changed something else. */
function changedAt(model: Model, node: Resource<'virtualNode'>): number {
  const own = nodeIdentityOf(model, node);
  if (own?.spec.mtls !== undefined) return own.lastUpdatedAt;
  const { owner, mesh } = node;
  const id = { kind: 'meshIdentity', owner, mesh, parent: '', name: 'default' } as const;
  return model.get<'meshIdentity'>(id)?.lastUpdatedAt ?? 0;
}
