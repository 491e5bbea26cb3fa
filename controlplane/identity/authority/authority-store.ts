import { randomUUID } from 'node:crypto';
import type { AuthorityRecord } from '../../mesh/identity-records.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import type { Resource } from '../../mesh/resource.ts';

/** The place of what the control plane keeps for itself: no mesh has it, because an owner is an account. */
const PLACE = { owner: '', mesh: '' } as const;
const ID = { kind: 'authority', ...PLACE, parent: '', name: 'authority' } as const;

/** How often a write is tried again because another replica wrote first. */
const ATTEMPTS = 20;

/** Returns the authority in the model; undefined if there is none. */
export function readAuthority(live: LiveModel): AuthorityRecord | undefined {
  return live.model.get<'authority'>(ID)?.spec;
}

/** Returns the revision that a write of the authority is based on. Read it before the authority. */
export function authorityRevision(live: LiveModel): number {
  return live.model.meshRevision(PLACE);
}

/**
 * Changes the authority in the store, and tries again if another replica changed it meanwhile. `change` returns undefined to leave it as it
 * is; it may wait for AWS, and nothing waits for it. Returns the authority afterwards. `now`: milliseconds since 1970.
 * @throws Error if there is no authority, or other replicas keep writing
 */
export async function changeAuthority(
  live: LiveModel,
  change: (record: AuthorityRecord) => Promise<AuthorityRecord | undefined>,
  now: () => number,
): Promise<AuthorityRecord> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const record = readAuthority(live);
    if (record === undefined) throw new Error('there is no authority to change');
    const changed = await change(record);
    if (changed === undefined) return record;
    if (await replaceAuthority(live, record, changed, now)) return changed;
  }
  throw busy();
}

/** Writes an authority in the place of a record. Returns false if there is another record now. */
function replaceAuthority(
  live: LiveModel,
  record: AuthorityRecord,
  changed: AuthorityRecord,
  now: () => number,
): Promise<boolean> {
  // Join tokens have the same place; in this process they are written before or after.
  return live.exclusively(PLACE.owner, async () => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const revision = authorityRevision(live);
      if (readAuthority(live) !== record) return false;
      if (await writeAuthority(live, changed, revision, now())) return true;
    }
    throw busy();
  });
}

function busy(): Error {
  return new Error('other replicas kept changing the authority: try again');
}

/** Writes the authority, unless another replica wrote since the revision. Returns whether it was written. */
export async function writeAuthority(
  live: LiveModel,
  spec: AuthorityRecord,
  revision: number,
  now: number,
): Promise<boolean> {
  const before = live.model.get<'authority'>(ID);
  const resource: Resource<'authority'> = {
    ...ID,
    spec,
    uid: before?.uid ?? randomUUID(),
    version: (before?.version ?? 0) + 1,
    createdAt: before?.createdAt ?? now,
    lastUpdatedAt: now,
    resourceOwner: '',
    tags: [],
  };
  const { outcome } = await live.commit({
    mesh: PLACE,
    expectedMeshRevision: revision,
    puts: [resource],
    deletes: [],
    tokens: [],
  });
  if (outcome === 'committed') return true;
  await live.catchUp();
  return false;
}
