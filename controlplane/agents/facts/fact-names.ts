import type { NodeFact } from '../../mesh/identity-records.ts';
import type { NodeId } from '../draining.ts';

/** The place of all facts in the store. */
export const PLACE = { owner: '', mesh: 'node-facts' } as const;

/** Returns the name of a fact in the store. `id`: unique for the node and the kind. */
export function nameOf({ owner, mesh, name }: NodeId, kind: NodeFact['kind'], id: string): string {
  return JSON.stringify([owner, mesh, name, kind, id]);
}

/** Returns the parts of the name of a fact. */
export function parseName(text: string): {
  readonly node: NodeId;
  readonly kind: NodeFact['kind'];
  readonly id: string;
} {
  const [owner, mesh, name, kind, id] = JSON.parse(text) as [
    string,
    string,
    string,
    NodeFact['kind'],
    string,
  ];
  return { node: { kind: 'virtualNode', owner, mesh, parent: '', name }, kind, id };
}

/** Returns the id of a fact in the model. */
export function idOf(name: string) {
  return { kind: 'nodeFact', ...PLACE, parent: '', name } as const;
}
