import { PARENTS } from '../../controlplane/mesh/names.ts';
import type { ApiKind } from '../../controlplane/mesh/resource.ts';
import type { Client } from '../client/client.ts';
import { describeResource, listResources, type Described } from '../client/resources.ts';
import { CALLS_AT_ONCE, mapConcurrently } from '../concurrency.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { ResourceKey } from '../resources/key.ts';
import { kindInWords } from '../resources/kinds.ts';
import { listKind } from '../resources/list-mesh.ts';

/** The resources of a command: all of a kind in a mesh, or those with one name. */
export type Selection = {
  readonly kind: ApiKind;
  readonly name: string | undefined;
  readonly mesh: string | undefined;
  readonly meshOwner: string | undefined;
  /** For routes: only those of this virtual router. */
  readonly virtualRouter: string | undefined;
  /** For gateway routes: only those of this virtual gateway. */
  readonly virtualGateway: string | undefined;
};

/** A resource with its key. */
export type Selected = { readonly key: ResourceKey; readonly described: Described };

/**
 * Reads the selected resources, in the order of the API's lists. A name without a router or gateway selects every resource with
 * that name in the mesh.
 * @throws UsageError if the mesh is missing; CommandError if no resource has the name
 */
export async function select(client: Client, selection: Selection): Promise<readonly Selected[]> {
  const keys = await keysOf(client, selection);
  const found = await mapConcurrently(keys, CALLS_AT_ONCE, async (key) => {
    const described = await describeResource(client, key);
    return described === undefined ? [] : [{ key, described }];
  });
  const all = found.flat();
  if (all.length === 0 && selection.name !== undefined) throw new CommandError(notFound(selection));
  return all;
}

async function keysOf(client: Client, selection: Selection): Promise<readonly ResourceKey[]> {
  const { kind, name, meshOwner: owner } = selection;
  if (kind === 'mesh') {
    if (name !== undefined) return [{ kind, owner, mesh: name, parent: '', name }];
    return (await listResources(client, kind, { owner: undefined, mesh: '', parent: '' })).map(
      ({ key }) => key,
    );
  }
  const { mesh } = selection;
  if (mesh === undefined)
    throw new UsageError(`--mesh NAME is needed: a ${kindInWords(kind)} is within a mesh`);
  const parent = parentOf(selection);
  if (name !== undefined && (PARENTS[kind] === undefined || parent !== undefined)) {
    return [{ kind, owner, mesh, parent: parent ?? '', name }];
  }
  const listed = await listKind(client, kind, { owner, mesh }, parent);
  return listed.map(({ key }) => key).filter((key) => name === undefined || key.name === name);
}

function parentOf({ kind, virtualRouter, virtualGateway }: Selection): string | undefined {
  const wrong = [
    ...(virtualRouter !== undefined && kind !== 'route' ? ['--virtual-router'] : []),
    ...(virtualGateway !== undefined && kind !== 'gatewayRoute' ? ['--virtual-gateway'] : []),
  ];
  if (wrong.length > 0) throw new UsageError(`${wrong.join(' and ')} cannot go with a ${kindInWords(kind)}`);
  return virtualRouter ?? virtualGateway;
}

function notFound({ kind, name = '', mesh }: Selection): string {
  const place = kind === 'mesh' ? '' : ` in mesh ${mesh}`;
  return `there is no ${kindInWords(kind)} ${name}${place}`;
}
