import { idKey, type Model } from '../../mesh/model.ts';
import type { MeshId } from '../../mesh/resource.ts';
import { securityOf } from '../../mesh/security.ts';
import type { MtlsMode } from '../../model/daybreak-types.ts';
import type { NodeId } from '../draining.ts';
import { identitiesOf, type Identities } from './identities.ts';

/** A virtual node whose mode differs between two states of the identities of its mesh. */
export type ChangedMode = { readonly node: NodeId; readonly was: MtlsMode; readonly to: MtlsMode };

/** Returns the virtual nodes of a mesh whose mode differs from that with the identities `before`. */
export function changedModes(model: Model, mesh: MeshId, before: Identities): readonly ChangedMode[] {
  return modesThrough(model, mesh, [before]).flatMap(({ node, modes: [was, to] }) =>
    was === undefined || to === undefined || was === to ? [] : [{ node, was, to }],
  );
}

/** Returns the modes of each virtual node of a mesh with former states of its identities, in their order, and now. */
export function modesThrough(
  model: Model,
  mesh: MeshId,
  states: readonly Identities[],
): readonly { readonly node: NodeId; readonly modes: readonly MtlsMode[] }[] {
  const models = [...states.map((state) => withIdentities(model, mesh, state)), model];
  return model.list('virtualNode', mesh).map((node) => ({
    node: virtualNode(node),
    modes: models.map((each) => securityOf(each, node).mtls),
  }));
}

function withIdentities(model: Model, mesh: MeshId, identities: Identities): Model {
  const kept = new Set(identities.map(idKey));
  const gone = identitiesOf(model, mesh).filter((each) => !kept.has(idKey(each)));
  return model.with({ puts: identities, deletes: gone });
}

/** Returns the id of a virtual node. */
export function virtualNode({ owner, mesh, name }: Pick<NodeId, 'owner' | 'mesh' | 'name'>): NodeId {
  return { kind: 'virtualNode', owner, mesh, parent: '', name };
}
