import { randomUUID } from 'node:crypto';
import { nameMember, title } from '../../controlplane/mesh/names.ts';
import type { ApiKind } from '../../controlplane/mesh/resource.ts';
import {
  DAYBREAK_OPERATIONS,
  operationNamed,
  OPERATIONS,
  type Verb,
} from '../../controlplane/model/operations.ts';
import { CALLS_AT_ONCE, mapConcurrently } from '../concurrency.ts';
import { CommandError } from '../errors.ts';
import { keyMembers, type ResourceKey } from '../resources/key.ts';
import type { Client, Json } from './client.ts';
import { isApiError } from './errors.ts';

/** A resource as the API describes it: its names, `metadata`, `spec` and `status`. Times are seconds since 1970. */
export type Described = Json & {
  readonly metadata: {
    readonly arn: string;
    readonly version: number;
    readonly lastUpdatedAt: number;
    readonly meshOwner: string;
  };
  readonly spec: Json;
};

/** A tag of a resource. */
export type Tag = { readonly key: string; readonly value: string };

/** A resource in a list. */
export type Listed = { readonly key: ResourceKey; readonly arn: string };

/** The parent of a list: a mesh and, for the kinds that have one, a router or gateway. */
export type Place = Pick<ResourceKey, 'owner' | 'mesh' | 'parent'>;

/** Creates the resource. The call is idempotent: its client token lets a retry create the resource only once. */
export async function createResource(
  client: Client,
  key: ResourceKey,
  { spec, tags }: { readonly spec: Json; readonly tags: readonly Tag[] },
): Promise<Described> {
  const content = { spec, ...(tags.length === 0 ? {} : { tags }), clientToken: randomUUID() };
  return callFor(client, 'Create', key, content);
}

/** Returns the resource, or undefined if it or its parent does not exist. */
export async function describeResource(client: Client, key: ResourceKey): Promise<Described | undefined> {
  try {
    return await callFor(client, 'Describe', key, {});
  } catch (error) {
    if (isApiError(error, 'NotFoundException')) return undefined;
    throw error;
  }
}

/** Replaces the whole specification. */
export function updateResource(client: Client, key: ResourceKey, spec: Json): Promise<Described> {
  return callFor(client, 'Update', key, { spec });
}

/** Deletes the resource. Returns its last state. */
export function deleteResource(client: Client, key: ResourceKey): Promise<Described> {
  return callFor(client, 'Delete', key, {});
}

async function callFor(client: Client, verb: Verb, key: ResourceKey, content: Json): Promise<Described> {
  const operation = `${verb}${title(key.kind)}`;
  const { meshOwner, ...names } = keyMembers(key);
  if (meshOwner === undefined) return (await client.call(operation, { ...names, ...content })) as Described;
  // Without the owner, the call would apply to the caller's own mesh of that name.
  if (operationNamed(operation).input.members?.['meshOwner'] === undefined) {
    throw new CommandError(`${operation}: only the owner of a mesh, account ${meshOwner}, can do that`);
  }
  return (await client.call(operation, { ...names, meshOwner, ...content })) as Described;
}

/** Lists all resources of a kind in one place, all pages; all meshes if the kind is `mesh`. */
export async function listResources(client: Client, kind: ApiKind, place: Place): Promise<readonly Listed[]> {
  const operation = LISTS.get(kind);
  if (operation === undefined) throw new Error(`the API does not list ${kind}`);
  if (kind === 'mesh') return listMeshes(client);
  const names = Object.entries(keyMembers({ kind, ...place, name: '' })).filter(
    ([member]) => member !== nameMember(kind),
  );
  const references = await pages(client, operation.name, operation.result, Object.fromEntries(names));
  return references.map((reference) => ({
    key: { kind, ...place, name: String(reference[nameMember(kind)]) },
    arn: String(reference['arn']),
  }));
}

const LISTS = new Map(
  [...OPERATIONS, ...DAYBREAK_OPERATIONS].flatMap((operation) =>
    'kind' in operation && operation.verb === 'List' ? [[operation.kind, operation] as const] : [],
  ),
);

// A mesh belongs to the caller if a call without an owner finds it.
async function listMeshes(client: Client): Promise<readonly Listed[]> {
  const references = await pages(client, 'ListMeshes', 'meshes', {});
  return mapConcurrently(references, CALLS_AT_ONCE, async (reference): Promise<Listed> => {
    const name = String(reference['meshName']);
    const arn = String(reference['arn']);
    const own: ResourceKey = { kind: 'mesh', owner: undefined, mesh: name, parent: '', name };
    const found = await describeResource(client, own);
    return {
      key: found?.metadata.arn === arn ? own : { ...own, owner: String(reference['meshOwner']) },
      arn,
    };
  });
}

/** Lists all tags of a resource, sorted by key. */
export async function listTags(client: Client, resourceArn: string): Promise<readonly Tag[]> {
  return (await pages(client, 'ListTagsForResource', 'tags', { resourceArn })) as unknown as readonly Tag[];
}

/** Adds tags; a tag with an existing key replaces the old one. */
export async function tagResource(client: Client, resourceArn: string, tags: readonly Tag[]): Promise<void> {
  await client.call('TagResource', { resourceArn, tags });
}

/** Removes tags by their keys. */
export async function untagResource(
  client: Client,
  resourceArn: string,
  tagKeys: readonly string[],
): Promise<void> {
  await client.call('UntagResource', { resourceArn, tagKeys });
}

async function pages(
  client: Client,
  operation: string,
  member: string,
  input: Json,
): Promise<readonly Json[]> {
  const all: Json[] = [];
  let nextToken: unknown;
  do {
    const page = await client.call(operation, nextToken === undefined ? input : { ...input, nextToken });
    all.push(...((page[member] ?? []) as readonly Json[]));
    nextToken = page['nextToken'] ?? undefined;
  } while (nextToken !== undefined);
  return all;
}
