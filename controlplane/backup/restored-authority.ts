import type { AuthorityRecord } from '../mesh/identity-records.ts';
import type { Resource } from '../mesh/resource.ts';
import { DEFAULT_CERTIFICATE_HOURS } from '../identity/bindings.ts';

/** How far ahead of its backup a restored authority is, in generations. Each rotation since the backup took three. */
const AHEAD = 1000;

const HOUR = 60 * 60 * 1000;

/**
 * Returns the resources of a backup to restore, with the authority in a generation above all that were issued since the backup. The restored ledger does
 * not have the certificates of that time, so their agents have to renew them, and do so as soon as they connect; a rotation waits for those that do not,
 * as long as certificates of the backup's meshes live. A rotation in the backup begins its step again. `now`: milliseconds since 1970.
 */
export function withLaterAuthority(resources: readonly Resource[], now: number): readonly Resource[] {
  const unknownUntil = now + longestHours(resources) * HOUR;
  return resources.map((resource) => {
    if (resource.kind !== 'authority') return resource;
    const record = resource.spec as AuthorityRecord;
    const { generation = 0, rotation } = record;
    const spec: AuthorityRecord = {
      ...record,
      generation: generation + AHEAD,
      unknownUntil,
      ...(rotation === undefined ? {} : { rotation: { ...rotation, since: now } }),
    };
    return { ...resource, spec };
  });
}

/** The longest lifetime of certificates in any mesh, in hours. */
function longestHours(resources: readonly Resource[]): number {
  return resources
    .filter((resource): resource is Resource<'meshIdentity'> => resource.kind === 'meshIdentity')
    .reduce((longest, { spec }) => Math.max(longest, spec.certificateHours ?? 0), DEFAULT_CERTIFICATE_HOURS);
}
