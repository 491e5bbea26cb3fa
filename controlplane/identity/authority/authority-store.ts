import { randomUUID } from 'node:crypto';
import type { AuthorityRecord } from '../../mesh/identity-records.ts';
import { repeatWhileStale, STALE } from '../../mesh/concurrency/repeat-while-stale.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import type { Resource } from '../../mesh/resource.ts';

/** The place of what the control plane keeps for itself: no mesh has it, because an owner is an account. */
const PLACE = { owner: '', mesh: '' } as const;
const ID = { kind: 'authority', ...PLACE, parent: '', name: 'authority' } as const;

/** Returns the authority in the model; undefined if there is none. */
export function readAuthority(live: LiveModel): AuthorityRecord | undefined {
  return live.model.get<'authority'>(ID)?.spec;
}

/**
 * Changes the authority in the store, and tries again if another replica changed it meanwhile. `change` returns undefined to leave it as it
 * is; it may wait for AWS, and nothing waits for it. Returns the authority afterwards. `now`: milliseconds since 1970.
 * @throws Error if there is no authority; StoreError if other replicas keep writing
 */
export async function changeAuthority(
  live: LiveModel,
  change: (record: AuthorityRecord) => Promise<AuthorityRecord | undefined>,
  now: () => number,
): Promise<AuthorityRecord> {
  return repeatWhileStale(repetition(live), async () => {
    const record = readAuthority(live);
    if (record === undefined) throw new Error('there is no authority to change');
    const changed = await change(record);
    if (changed === undefined) return record;
    return (await replaceAuthority(live, record, changed, now)) ? changed : STALE;
  });
}

/**
 * Creates the authority in the store, unless there is one. `create` may wait for AWS. Returns the authority afterwards. `now`: milliseconds since 1970.
 * @throws StoreError if other replicas keep writing
 */
export async function createAuthority(
  live: LiveModel,
  create: () => Promise<AuthorityRecord>,
  now: () => number,
): Promise<AuthorityRecord> {
  const existing = readAuthority(live);
  if (existing !== undefined) return existing;
  const created = await create();
  return live.exclusively(PLACE.owner, () =>
    repeatWhileStale(
      repetition(live),
      async () => readAuthority(live) ?? ((await write(live, created, now())) ? created : STALE),
    ),
  );
}

function repetition(live: LiveModel) {
  return { what: 'the authority', catchUp: () => live.catchUp() };
}

/** Writes an authority in the place of a record. Returns false if there is another record now. */
function replaceAuthority(
  live: LiveModel,
  record: AuthorityRecord,
  changed: AuthorityRecord,
  now: () => number,
): Promise<boolean> {
  // Join tokens have the same place; in this process they are written before or after.
  return live.exclusively(PLACE.owner, () =>
    repeatWhileStale(repetition(live), async () => {
      if (readAuthority(live) !== record) return false;
      return (await write(live, changed, now())) || STALE;
    }),
  );
}

/** Writes the authority, unless another replica wrote since the model's revision. Returns whether it was written. */
async function write(live: LiveModel, spec: AuthorityRecord, now: number): Promise<boolean> {
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
    expectedMeshRevision: live.model.meshRevision(PLACE),
    puts: [resource],
    deletes: [],
    tokens: [],
  });
  return outcome === 'committed';
}
