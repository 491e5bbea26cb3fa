import type { Kind, MeshId, ResourceId } from '../mesh/resource.ts';
import type { Model } from '../mesh/model.ts';
import type { ApiContext } from './context.ts';
import { notFound } from './errors.ts';
import type { Input } from './request.ts';

/** The kind of the parent, for the kinds that have one within a mesh. */
export const PARENTS: { readonly [K in Kind]?: Kind } = {
  route: 'virtualRouter',
  gatewayRoute: 'virtualGateway',
};

/** The member of inputs and outputs that holds the name of a resource of that kind. */
export function nameMember(kind: Kind): string {
  return `${kind}Name`;
}

/** The kind as App Mesh writes it in messages: VirtualNode. */
export function title(kind: Kind): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}

/** The resource that an input names; with a kind whose name is not in the input (a list), its name is ''. */
export function resourceId(context: ApiContext, kind: Kind, input: Input): ResourceId {
  const name = textOf(input, nameMember(kind));
  const owner = textOf(input, 'meshOwner') || context.caller.account;
  const parent = PARENTS[kind];
  return {
    kind,
    owner,
    mesh: textOf(input, 'meshName'),
    parent: parent === undefined ? '' : textOf(input, nameMember(parent)),
    name,
  };
}

/** The id of the mesh itself. */
export function meshResourceId({ owner, mesh }: MeshId): ResourceId<'mesh'> {
  return { kind: 'mesh', owner, mesh, parent: '', name: mesh };
}

/** The parents of a resource, outermost first. */
export function parentIds({ kind, owner, mesh, parent }: ResourceId): readonly ResourceId[] {
  if (kind === 'mesh') return [];
  const within = PARENTS[kind];
  const meshId = meshResourceId({ owner, mesh });
  return within === undefined ? [meshId] : [meshId, { kind: within, owner, mesh, parent: '', name: parent }];
}

/** @throws ApiError NotFoundException for the outermost parent that is not there */
export function requireParents(model: Model, id: ResourceId): void {
  for (const parent of parentIds(id)) if (model.get(parent) === undefined) throw missing(parent);
}

/** The answer to a name that names nothing, in the words of App Mesh (docs/errors.md). */
export function missing(id: ResourceId): Error {
  const places = parentIds(id)
    .toReversed()
    .map(({ kind, name }) => (kind === 'mesh' ? `under mesh ${name} ` : `under ${title(kind)} ${name} `));
  return notFound(
    `${title(id.kind)} with name ${id.name} is not present ${places.join('')}for account ${id.owner}`,
  );
}

function textOf(input: Input, member: string): string {
  const value = input[member];
  return typeof value === 'string' ? value : '';
}
