import { isDeepStrictEqual } from 'node:util';
import type { Model } from '../../mesh/model.ts';
import { KINDS, type Resource, type ResourceId } from '../../mesh/resource.ts';
import type { ChangeOrigin, SpecChangeInput } from '../../store/spec-history.ts';

/** The resources that a call writes. */
type Changes = { readonly puts: readonly Resource[]; readonly deletes: readonly ResourceId[] };

/**
 * Returns the changes of specifications that a call makes to a model, for the history. A change of tags alone is no change. Only kinds of the
 * API have a history: the others hold keys. `at`: milliseconds since 1970.
 */
export function specChanges(
  model: Model,
  { puts, deletes }: Changes,
  origin: ChangeOrigin,
  at: number,
): readonly SpecChangeInput[] {
  const made = [
    ...deletes.map((id) => ({ id, after: undefined })),
    ...puts.map((after) => ({ id: after, after })),
  ];
  return made.flatMap(({ id, after }) => {
    const existing = model.get(id);
    const isKept = KINDS.some((kind) => kind === id.kind);
    if (!isKept || (after !== undefined && isDeepStrictEqual(existing?.spec, after.spec))) return [];
    if (existing === undefined && after === undefined) return [];
    const { kind, owner, mesh, parent, name } = id;
    const before = existing && {
      version: existing.version,
      spec: existing.spec,
      tags: existing.tags,
    };
    const change = after === undefined ? 'delete' : existing === undefined ? 'create' : 'update';
    return [{ id: { kind, owner, mesh, parent, name }, at, change, origin, before }];
  });
}
