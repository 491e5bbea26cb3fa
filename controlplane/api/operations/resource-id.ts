import type { Kind, ResourceId } from '../../mesh/resource.ts';
import { nameMember, PARENTS } from '../../mesh/names.ts';
import type { ApiContext } from './context.ts';
import type { Input } from '../../model/input.ts';

/** Returns the id of the resource that an input names. The name is '' if the input has none (in a list). */
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

function textOf(input: Input, member: string): string {
  const value = input[member];
  return typeof value === 'string' ? value : '';
}
