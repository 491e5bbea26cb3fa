import type { Kind, MeshModel, Resource, ResourceId } from '../model/resources.ts';
import { call, CallError } from './call.ts';
import { listPath, PLACES, resourcePath, type MeshName } from './kinds.ts';

/** How many calls the pages make at once. Browsers open six connections to a server over HTTP/1.1. */
const AT_ONCE = 6;

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

/** Reads the names of all meshes that the caller may see. */
export async function readMeshes(): Promise<MeshName[]> {
  const meshes = await listAll('/v20190125/meshes', 'meshes');
  return meshes.map((each) => ({ mesh: String(each['meshName']), owner: String(each['meshOwner']) }));
}

/** Reads all resources of a mesh. Kinds of our own are left out where the caller may not list them. */
export async function readMesh(at: MeshName): Promise<MeshModel> {
  const plain: Kind[] = ['virtualNode', 'virtualService', 'virtualRouter', 'virtualGateway'];
  const own: Kind[] = ['meshIdentity', 'nodeIdentity', 'accessPolicy'];
  const [names, ownNames] = await Promise.all([
    Promise.all(plain.map((kind) => readNames(at, kind, ''))),
    Promise.all(own.map((kind) => readNames(at, kind, '').catch(ifDenied))),
  ]);
  const parents = names.flat().filter(({ kind }) => kind === 'virtualRouter' || kind === 'virtualGateway');
  const inParents = await concurrently(parents, ({ kind, name }) =>
    readNames(at, kind === 'virtualRouter' ? 'route' : 'gatewayRoute', name),
  );
  const mesh: ResourceId = { kind: 'mesh', parent: '', name: at.mesh };
  const ids = [mesh, ...names.flat(), ...inParents.flat(), ...ownNames.flat()];
  const resources = await concurrently(ids, (id) => readResource(at, id));
  return { ...at, resources: resources.flatMap((each) => each ?? []) };
}

function ifDenied(error: unknown): ResourceId[] {
  if (error instanceof CallError && error.status !== 0) return [];
  throw error;
}

/** Reads one resource; undefined if it does not exist. */
export async function readResource(at: MeshName, id: ResourceId): Promise<Resource | undefined> {
  try {
    const { spec = {}, metadata } = await call<Described>(resourcePath(at, id));
    const { uid, version, arn, lastUpdatedAt } = metadata;
    return { ...id, spec, uid, version, arn, updatedAt: new Date(lastUpdatedAt * 1000).toISOString() };
  } catch (error) {
    if (error instanceof CallError && error.code === 'NotFoundException') return undefined;
    throw error;
  }
}

async function readNames(at: MeshName, kind: Kind, parent: string): Promise<ResourceId[]> {
  const { list, name } = PLACES[kind];
  const found = await listAll(listPath(at, kind, parent), list);
  return found.map((each) => ({ kind, parent, name: String(each[name]) }));
}

async function listAll(path: string, member: string): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  let next: unknown;
  do {
    const more = typeof next === 'string' ? `&nextToken=${encodeURIComponent(next)}` : '';
    const page: Record<string, unknown> = await call(
      `${path}${path.includes('?') ? '&' : '?'}limit=100${more}`,
    );
    found.push(...((page[member] as Record<string, unknown>[] | undefined) ?? []));
    next = page['nextToken'];
  } while (typeof next === 'string');
  return found;
}

/** Calls `read` for each item, some at once, and returns the results in order. */
async function concurrently<T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let at = 0;
  const work = async (): Promise<void> => {
    for (let index = at++; index < items.length; index = at++) {
      results[index] = await read(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work));
  return results;
}
