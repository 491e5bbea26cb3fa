import type { Model } from '../../mesh/model.ts';
import { parentIds, title } from '../../mesh/names.ts';
import type { ResourceId } from '../../mesh/resource.ts';
import { notFound } from '../../http/errors.ts';

/** Requires that all parents exist. @throws ApiError NotFoundException for the outermost missing parent */
export function requireParents(model: Model, id: ResourceId): void {
  for (const parent of parentIds(id)) if (model.get(parent) === undefined) throw missing(parent);
}

/** The error for a missing resource, in the words of App Mesh (docs/errors.md). */
export function missing(id: ResourceId): Error {
  const places = parentIds(id)
    .toReversed()
    .map(({ kind, name }) => (kind === 'mesh' ? `under mesh ${name} ` : `under ${title(kind)} ${name} `));
  return notFound(
    `${title(id.kind)} with name ${id.name} is not present ${places.join('')}for account ${id.owner}`,
  );
}
