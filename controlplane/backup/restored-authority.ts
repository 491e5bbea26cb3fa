import type { AuthorityRecord } from '../mesh/identity-records.ts';
import type { Resource } from '../mesh/resource.ts';

/** How far ahead of its backup a restored authority is, in generations. Each rotation since the backup took three. */
const AHEAD = 1000;

/**
 * Returns the resources of a backup to restore, with the authority in a later generation: proxies may have certificates that were issued after the
 * backup, which the restored list of certificates does not have, also of later generations. They renew them as soon as they connect. A rotation that was
 * under way begins its step again. `now`: milliseconds since 1970.
 */
export function withLaterAuthority(resources: readonly Resource[], now: number): readonly Resource[] {
  return resources.map((resource) => {
    if (resource.kind !== 'authority') return resource;
    const record = resource.spec as AuthorityRecord;
    const { generation = 0, rotation } = record;
    const spec: AuthorityRecord = {
      ...record,
      generation: generation + AHEAD,
      ...(rotation === undefined ? {} : { rotation: { ...rotation, since: now } }),
    };
    return { ...resource, spec };
  });
}
