import type { MeshHistory } from '../mesh-history.ts';
import type { Model } from '../model.ts';
import type { MeshId, Resource, ResourceId } from '../resource.ts';

type Policies = readonly Resource<'accessPolicy'>[];

/** Returns the access policies of a virtual node: those of its mesh and its own, sorted by name. */
export function policiesFor(model: Model, { owner, mesh, name }: ResourceId<'virtualNode'>): Policies {
  const { ofMesh, byNode } = policiesOf(model, { owner, mesh });
  const own = byNode.get(name);
  if (own === undefined) return ofMesh;
  return [...ofMesh, ...own].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

type ByTarget = { readonly ofMesh: Policies; readonly byNode: ReadonlyMap<string, Policies> };

/** Sorts the policies of a mesh by target, again only after one of them changed. */
function policiesOf(model: Model, mesh: MeshId): ByTarget {
  const history = model.meshHistory(mesh);
  const changedAt = history?.changedAt('accessPolicy') ?? 0;
  const known = history && cache.get(history);
  if (known?.changedAt === changedAt) return known.found;
  const ofMesh: Resource<'accessPolicy'>[] = [];
  const byNode = new Map<string, Resource<'accessPolicy'>[]>();
  for (const policy of model.list('accessPolicy', mesh)) {
    const name = policy.spec.target?.virtualNode.virtualNodeName;
    if (name === undefined) ofMesh.push(policy);
    else byNode.set(name, [...(byNode.get(name) ?? []), policy]);
  }
  const found = { ofMesh, byNode };
  if (history !== undefined) cache.set(history, { changedAt, found });
  return found;
}

const cache = new WeakMap<MeshHistory, { readonly changedAt: number; readonly found: ByTarget }>();
