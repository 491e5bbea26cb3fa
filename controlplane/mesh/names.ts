import type { ApiKind, Kind, MeshId, ResourceId } from './resource.ts';

/** The kind of the parent, for the kinds that have one within a mesh. */
export const PARENTS: { readonly [K in Kind]?: ApiKind } = {
  route: 'virtualRouter',
  gatewayRoute: 'virtualGateway',
};

/** Returns the member of inputs and outputs that holds the name of a resource of that kind. */
export function nameMember(kind: Kind): string {
  return `${kind}Name`;
}

/** Returns the kind as App Mesh writes it in messages: VirtualNode. */
export function title(kind: Kind): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}

/** Returns the id of the mesh itself. */
export function meshResourceId({ owner, mesh }: MeshId): ResourceId<'mesh'> {
  return { kind: 'mesh', owner, mesh, parent: '', name: mesh };
}

/** Returns the parents of a resource, outermost first. */
export function parentIds({ kind, owner, mesh, parent }: ResourceId): readonly ResourceId[] {
  if (kind === 'mesh') return [];
  const within = PARENTS[kind];
  const meshId = meshResourceId({ owner, mesh });
  return within === undefined ? [meshId] : [meshId, { kind: within, owner, mesh, parent: '', name: parent }];
}
