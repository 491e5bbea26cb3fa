import type { Client } from '../client/client.ts';
import { describeResource, listResources, listTags, type Listed } from '../client/resources.ts';
import { CALLS_AT_ONCE, mapConcurrently } from '../concurrency.ts';
import { listMesh } from '../resources/list-mesh.ts';
import type { Delete } from './plan.ts';
import { currentOf } from './plan.ts';
import { matches, type Selector } from './selector.ts';

/** The scope of a search: one mesh or, if `mesh` is undefined, every mesh that the caller can list. */
export type Scope = { readonly mesh?: string | undefined; readonly meshOwner?: string | undefined };

/** Plans the deletion of resources that have all tags of the selector, except those whose ARNs are in `kept`. */
export async function planPrune(
  client: Client,
  selector: Selector,
  scope: Scope,
  kept: ReadonlySet<string>,
): Promise<readonly Delete[]> {
  // Only its owner can delete a shared mesh.
  const candidates = (await listScope(client, scope)).filter(
    ({ key, arn }) => !kept.has(arn) && (key.kind !== 'mesh' || key.owner === undefined),
  );
  const found = await mapConcurrently(candidates, CALLS_AT_ONCE, async ({ key, arn }) => {
    const tags = await listTags(client, arn);
    if (!matches(selector, tags)) return [];
    const described = await describeResource(client, key);
    if (described === undefined) return [];
    return [{ action: 'delete', key, before: currentOf(described, tags) } as const];
  });
  return found.flat();
}

async function listScope(client: Client, { mesh, meshOwner }: Scope): Promise<readonly Listed[]> {
  if (mesh !== undefined) return listMesh(client, { owner: meshOwner, mesh });
  const meshes = await listResources(client, 'mesh', { owner: undefined, mesh: '', parent: '' });
  const contents = await mapConcurrently(meshes, 1, ({ key }) => listMesh(client, key));
  return contents.flat();
}
