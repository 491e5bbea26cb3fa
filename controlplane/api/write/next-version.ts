import type { Resource } from '../../mesh/resource.ts';

/**
 * Returns a resource at its next version, changed at `now` (milliseconds since 1970). `lastUpdatedAt` never precedes that of the
 * previous version, nor `createdAt`, even if the clock was set back.
 */
export function nextVersion(resource: Resource, now: number): Resource {
  return {
    ...resource,
    version: resource.version + 1,
    lastUpdatedAt: Math.max(now, resource.lastUpdatedAt, resource.createdAt),
  };
}
