import { operationOn } from '../api/kinds.ts';
import { isAppMeshs } from '../model/text/copy-as.ts';
import { KINDS, type Kind } from '../model/resources.ts';
import { may } from '../state/state.ts';

/** Whether the user may carry out an operation on resources of a kind, at least on some. */
export function mayOn(verb: 'Create' | 'Update' | 'Delete', kind: Kind): boolean {
  return may.value(`${isAppMeshs({ kind }) ? 'appmesh' : 'daybreak'}:${operationOn(verb, kind)}`);
}

/** Returns the kinds within a mesh of which the user may create resources. */
export function creatable(): readonly Kind[] {
  return KINDS.filter((kind) => kind !== 'mesh' && mayOn('Create', kind));
}
