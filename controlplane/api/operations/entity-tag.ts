import { ApiError } from '../../http/errors.ts';
import { title } from '../../mesh/names.ts';
import type { Resource } from '../../mesh/resource.ts';
import type { Output } from './context.ts';

/** Returns the entity tag of a state of a resource: it changes with each change of the specification, and with a new creation. */
function entityTag({ uid, version }: Pick<Resource, 'uid' | 'version'>): string {
  return `"${uid}-${version}"`;
}

/** Returns the entity tag of the resource in a response; undefined if there is none. */
export function tagOfOutput({ metadata }: Output): string | undefined {
  const { uid, version } = (metadata ?? {}) as Partial<Resource>;
  return uid === undefined || version === undefined ? undefined : entityTag({ uid, version });
}

/**
 * Requires a state of a resource that a call is meant for (RFC 9110 section 13.1.1), so that two people who edit one resource
 * do not overwrite each other's change.
 * @param ifMatch the header `If-Match`: entity tags, `*` for any, undefined for no condition
 * @throws ApiError PreconditionFailedException
 */
export function requireMatch(ifMatch: string | undefined, existing: Resource): void {
  if (ifMatch === undefined) return;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (tags.includes('*') || tags.includes(entityTag(existing))) return;
  const { kind, name, version } = existing;
  throw new ApiError(
    'PreconditionFailedException',
    `${title(kind)} with name ${name} has changed: it is at version ${version} (ETag ${entityTag(existing)}), and the call is for ${ifMatch}. Nothing was changed.`,
  );
}
