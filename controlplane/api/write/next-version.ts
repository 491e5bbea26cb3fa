import type { Resource } from '../../mesh/resource.ts';

/**
 * A resource at its next version, changed at `now` (milliseconds since 1970). A clock that was set back moves no time back:
 * `lastUpdatedAt` never precedes that of the version before, nor `createdAt`.
 */
export function nextVersion(resource: Resource, now: number): Resource {
  return {
    ...resource,
    version: resource.version + 1,
    lastUpdatedAt: Math.max(now, resource.lastUpdatedAt, resource.createdAt),
  };
}
