import { PARENTS } from '../../controlplane/mesh/names.ts';
import { APP_MESH_KINDS, DAYBREAK_KINDS, type ApiKind } from '../../controlplane/mesh/resource.ts';
import type { Client } from '../client/client.ts';
import { describeResource, listResources, type Listed } from '../client/resources.ts';
import { isApiError } from '../client/errors.ts';
import { CALLS_AT_ONCE, mapConcurrently } from '../concurrency.ts';
import type { ResourceKey } from './key.ts';

/** Lists a mesh and everything in it, parents before children; empty if the mesh does not exist. */
export async function listMesh(
  client: Client,
  { owner, mesh }: Pick<ResourceKey, 'owner' | 'mesh'>,
): Promise<readonly Listed[]> {
  const key: ResourceKey = { kind: 'mesh', owner, mesh, parent: '', name: mesh };
  const found = await describeResource(client, key);
  if (found === undefined) return [];
  const all: Listed[] = [{ key, arn: found.metadata.arn }];
  for (const kind of APP_MESH_KINDS) if (kind !== 'mesh') all.push(...(await listKind(client, kind, key)));
  for (const kind of DAYBREAK_KINDS) all.push(...(await listKnown(client, kind, key)));
  return all;
}

// A control plane of an older release does not have the kinds. A user whose policies are about App Mesh alone does not see them.
const ABSENT = ['UnknownOperationException', 'AccessDeniedException'];

async function listKnown(client: Client, kind: ApiKind, key: ResourceKey): Promise<readonly Listed[]> {
  try {
    return await listKind(client, kind, key);
  } catch (error) {
    if (ABSENT.some((code) => isApiError(error, code))) return [];
    throw error;
  }
}

/** Lists all resources of a kind in a mesh, of all parents or of `parent` only. */
export async function listKind(
  client: Client,
  kind: ApiKind,
  { owner, mesh }: Pick<ResourceKey, 'owner' | 'mesh'>,
  parent?: string,
): Promise<readonly Listed[]> {
  const within = PARENTS[kind];
  if (within === undefined) return listResources(client, kind, { owner, mesh, parent: '' });
  if (parent !== undefined) return listResources(client, kind, { owner, mesh, parent });
  const parents = await listResources(client, within, { owner, mesh, parent: '' });
  const lists = await mapConcurrently(parents, CALLS_AT_ONCE, ({ key: { name } }) =>
    listResources(client, kind, { owner, mesh, parent: name }),
  );
  return lists.flat();
}
