import type { Model } from '../../mesh/model.ts';
import { idKey } from '../../mesh/model.ts';
import type { MeshId, Resource } from '../../mesh/resource.ts';
import type { SpecChangeRecord } from '../../store/spec-history.ts';
import type { Store } from '../../store/store.ts';
import { identitiesOf, type Identities } from './identities.ts';
import { MODE_TIMES } from './mode-times.ts';

/** The identities of a mesh before each of the last commits of an earlier process. `at`: the latest commit, in milliseconds since 1970. */
export type FormerIdentities = {
  readonly mesh: MeshId;
  /** Oldest first. */
  readonly states: readonly Identities[];
  readonly at: number;
};

const MOST = 100;

/**
 * Returns the identities of meshes before their commits of the last minute, which another process may have begun to carry out. Reads the
 * history of each mesh. `now`: milliseconds since 1970.
 * @throws StoreError
 */
export async function formerIdentities(
  store: Pick<Store, 'history'>,
  model: Model,
  now = Date.now(),
): Promise<readonly FormerIdentities[]> {
  const found: FormerIdentities[] = [];
  for (const mesh of meshesOf(model)) {
    const records = await store.history({ mesh, limit: MOST });
    const recent = records.filter(
      ({ id, at }) =>
        (id.kind === 'meshIdentity' || id.kind === 'nodeIdentity') && now - at < MODE_TIMES.restarted,
    );
    if (recent.length === 0) continue;
    const at = Math.max(...recent.map((record) => record.at));
    found.push({ mesh, states: statesBefore(identitiesOf(model, mesh), recent), at });
  }
  return found;
}

/** Takes changes back, the latest first. */
function statesBefore(current: Identities, changes: readonly SpecChangeRecord[]): readonly Identities[] {
  const identities = new Map<string, Resource>(current.map((each) => [idKey(each), each]));
  const states: Identities[] = [];
  for (const [index, { id, before, at, revision }] of changes.entries()) {
    if (before === undefined) identities.delete(idKey(id));
    else identities.set(idKey(id), { ...NO_RESOURCE, ...id, ...before, lastUpdatedAt: at });
    // The changes of one commit take effect together.
    if (changes[index + 1]?.revision !== revision) states.unshift([...identities.values()]);
  }
  return states;
}

const NO_RESOURCE = { uid: '', createdAt: 0, resourceOwner: '' } as const;

function meshesOf(model: Model): readonly MeshId[] {
  return [...model.resources()]
    .filter(({ kind }) => kind === 'mesh')
    .map(({ owner, mesh }) => ({ owner, mesh }));
}
