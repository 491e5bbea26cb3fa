import type { AuthorityRecord, RootRecord } from '../../mesh/identity-records.ts';
import type { LedgerEntry } from '../certificate-ledger.ts';

// The root is replaced in three steps, each a change of the record in the store: both roots are trusted; the new root signs; the old root
// goes. Each step is a new generation, and the next one waits until no certificate of an earlier generation is in use.

/** How long a replica follows a step before it takes the next one, in milliseconds: a certificate that another replica issues at this moment is in the store by then. */
export const LEAST_STEP_MS = 10_000;

/** Returns the certificates that a rotation waits for: their holders do not have the roots of this generation yet. */
export function missing(
  { generation = 0 }: AuthorityRecord,
  certificates: readonly LedgerEntry[],
): readonly LedgerEntry[] {
  return certificates.filter((each) => each.revoked === undefined && each.generation < generation);
}

/**
 * Whether the step that is under way is done. After a restore, certificates that are not in the store count as missing as long as they may be in use. `now`:
 * milliseconds since 1970; `followedMs`: how long this replica has followed the step, by a monotonic clock.
 */
export function isStepDone(
  record: AuthorityRecord,
  certificates: readonly LedgerEntry[],
  { now, followedMs }: { readonly now: number; readonly followedMs: number },
): boolean {
  const { rotation, unknownUntil = -Infinity } = record;
  if (rotation === undefined || followedMs < LEAST_STEP_MS || now < unknownUntil) return false;
  return missing(record, certificates).length === 0;
}

/** Returns the record of step 1: both roots are trusted, and the old one signs. Undefined if a rotation is under way. */
export function withNextRoot(
  record: AuthorityRecord,
  root: RootRecord,
  now: number,
): AuthorityRecord | undefined {
  if (record.rotation !== undefined) return undefined;
  const roots = [...record.roots, root];
  return { ...later(record), roots, rotation: { step: 'distributing', since: now } };
}

/** Returns the record of step 2: the last root signs, and is first from now on. The caller replaces the intermediate. */
export function withLastRootSigning(record: AuthorityRecord, now: number): AuthorityRecord {
  const roots = [...record.roots.slice(-1), ...record.roots.slice(0, -1)];
  return { ...later(record), roots, rotation: { step: 'signing', since: now } };
}

/** Returns the record of step 3: only the root that signs is trusted. `issuers`: the retired intermediates that are below it. */
export function withFirstRootOnly(record: AuthorityRecord, issuers: readonly string[]): AuthorityRecord {
  return { ...later(record), roots: record.roots.slice(0, 1), retired: issuers, rotation: undefined };
}

/** Returns the next generation: all certificates are issued again. */
export function later(record: AuthorityRecord): AuthorityRecord {
  return { ...record, generation: (record.generation ?? 0) + 1 };
}
