import { idKey, type Model } from '../../mesh/model.ts';
import type { MeshId } from '../../mesh/resource.ts';
import { securityOf } from '../../mesh/security.ts';
import type { MtlsMode } from '../../model/daybreak-types.ts';
import type { NodeId } from '../draining.ts';
import { identitiesOf, type Identities } from './identities.ts';

/** A virtual node whose mode differs between two states of the identities of its mesh. */
export type ChangedMode = { readonly node: NodeId; readonly was: MtlsMode; readonly to: MtlsMode };

/** Returns the virtual nodes of a mesh whose mode is not what it was with the identities `before`. */
export function changedModes(model: Model, mesh: MeshId, before: Identities): readonly ChangedMode[] {
  const kept = new Set(before.map(idKey));
  const gone = identitiesOf(model, mesh).filter((each) => !kept.has(idKey(each)));
  const former = model.with({ puts: before, deletes: gone });
  return model.list('virtualNode', mesh).flatMap((node) => {
    const was = securityOf(former, node).mtls;
    const to = securityOf(model, node).mtls;
    return was === to ? [] : [{ node: virtualNode(node), was, to }];
  });
}

/** Returns the id of a virtual node. */
export function virtualNode({ owner, mesh, name }: Pick<NodeId, 'owner' | 'mesh' | 'name'>): NodeId {
  return { kind: 'virtualNode', owner, mesh, parent: '', name };
}
