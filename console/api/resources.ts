import type { MeshResources } from '../../controlplane/console/contract.ts';
import type { Kind, MeshModel, Resource, ResourceId } from '../model/resources.ts';
import { call, CallError, query, readIfChanged } from './call.ts';
import { resourcePath, type MeshName } from './kinds.ts';

/** The description of a resource, as the API answers it. */
type Described = {
  readonly spec?: Record<string, unknown>;
  readonly metadata: {
    readonly uid: string;
    readonly version: number;
    readonly arn: string;
    readonly lastUpdatedAt: number;
  };
};

/** A model as it was read: with its tag, and the revision of the control plane's whole model. */
export type ReadModel = { readonly model: MeshModel; readonly tag: string; readonly revision: number };

/** Reads the names of all meshes that the caller may see. */
export async function readMeshes(): Promise<MeshName[]> {
  const meshes: Record<string, unknown>[] = [];
  let next: unknown;
  do {
    const nextToken = typeof next === 'string' ? next : undefined;
    const page: Record<string, unknown> = await call(
      `/v20190125/meshes${query({ limit: '100', nextToken })}`,
    );
    meshes.push(...((page['meshes'] as Record<string, unknown>[] | undefined) ?? []));
    next = page['nextToken'];
  } while (typeof next === 'string');
  return meshes.map((each) => ({ mesh: String(each['meshName']), owner: String(each['meshOwner']) }));
}

/** Reads all resources of a mesh that the caller may describe, unless they still are those with this tag. */
export async function readMesh({ mesh, owner }: MeshName, tag: string): Promise<ReadModel | 'unchanged'> {
  const path = `/console/model${query({ mesh, owner: owner === '' ? undefined : owner })}`;
  const found = await readIfChanged<MeshResources>(path, tag);
  if (found === 'unchanged') return found;
  const { revision, resources } = found.value;
  const typed = resources.map((each): Resource => ({ ...each, kind: each.kind as Kind }));
  return { model: { mesh, owner, resources: typed }, tag: found.tag, revision };
}

/** Reads one resource; undefined if it does not exist, or the caller may not describe it. */
export async function readResource(at: MeshName, id: ResourceId): Promise<Resource | undefined> {
  try {
    const { spec = {}, metadata } = await call<Described>(resourcePath(at, id));
    const { uid, version, arn, lastUpdatedAt } = metadata;
    return { ...id, spec, uid, version, arn, updatedAt: new Date(lastUpdatedAt * 1000).toISOString() };
  } catch (error) {
    const isHidden = error instanceof CallError && HIDDEN.has(error.code);
    if (isHidden) return undefined;
    throw error;
  }
}

const HIDDEN: ReadonlySet<string> = new Set(['NotFoundException', 'AccessDeniedException']);
