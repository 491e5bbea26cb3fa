import type { Kind, ResourceId } from '../../mesh/resource.ts';
import { nameMember, PARENTS } from '../../mesh/names.ts';
import type { ApiContext } from './context.ts';
import type { Input } from '../../model/input.ts';

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

function textOf(input: Input, member: string): string {
  const value = input[member];
  return typeof value === 'string' ? value : '';
}
