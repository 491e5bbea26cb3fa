import { nameMember, PARENTS } from '../../../controlplane/mesh/names.ts';
import { APP_MESH_KINDS, type ApiKind } from '../../../controlplane/mesh/resource.ts';
import { OPERATIONS } from '../../../controlplane/model/operations.ts';
import type { Json } from '../../client/client.ts';
import { isObject } from '../../../common/is-object.ts';
import type { Path } from '../place.ts';

/** A resource in an answer, or a reference to one. */
export type Item = { readonly kind: ApiKind; readonly value: Json; readonly path: Path };

/** The members of list answers, such as `virtualNodes`, and the kind of their elements. */
const LISTS: ReadonlyMap<string, ApiKind> = new Map(
  OPERATIONS.flatMap((each) => ('kind' in each && each.verb === 'List' ? [[each.result, each.kind]] : [])),
);

/** Returns all resources in a value: an answer of an SDK or of the API, an input of a create call, or a list of these. */
export function itemsIn(value: unknown, path: Path = []): readonly Item[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => itemsIn(each, [...path, index]));
  if (!isObject(value)) return [];
  const wrapped = Object.entries(value).flatMap(([member, part]) => {
    const list = LISTS.get(member);
    if (list !== undefined && Array.isArray(part)) {
      return part.flatMap((each: unknown, index) => itemOf(list, each, [...path, member, index]));
    }
    const kind = APP_MESH_KINDS.find((each) => each === member);
    return kind === undefined ? [] : itemOf(kind, part, [...path, member]);
  });
  if (wrapped.length > 0) return wrapped;
  const kind = kindOf(value);
  return kind === undefined ? [] : itemOf(kind, value, path);
}

function itemOf(kind: ApiKind, value: unknown, path: Path): readonly Item[] {
  return isObject(value) && nameMember(kind) in value ? [{ kind, value, path }] : [];
}

// A route names its router too, and every resource its mesh: the innermost name gives the kind.
function kindOf(value: Json): ApiKind | undefined {
  const named = APP_MESH_KINDS.filter((kind) => nameMember(kind) in value);
  const outer = new Set(named.flatMap((kind) => PARENTS[kind] ?? []));
  return named.find((kind) => kind !== 'mesh' && !outer.has(kind)) ?? named[0];
}

/** Whether a value is the empty answer of a list call. */
export function isEmptyAnswer(value: unknown): boolean {
  if (!isObject(value)) return false;
  const members = Object.keys(value).filter((member) => member !== 'nextToken');
  return members.length > 0 && members.every((member) => LISTS.has(member));
}
