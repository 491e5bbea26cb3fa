import type { Model } from '../../mesh/model.ts';
import { idKey } from '../../mesh/model.ts';
import type { MeshId, Resource } from '../../mesh/resource.ts';
import type { SpecChangeRecord } from '../../store/spec-history.ts';
import type { Store } from '../../store/store.ts';
import { identitiesOf, type Identities } from './identities.ts';
import { MODE_TIMES } from './mode-times.ts';

/** The identities of a mesh before the last commits of an earlier process that changed a mode. `at`: the latest commit, in milliseconds since 1970. */
export type FormerIdentities = {
  readonly mesh: MeshId;
  /** Oldest first. */
  readonly states: readonly Identities[];
  readonly at: number;
};

/** How many changes are read at once, and how often at most: a start must not read the whole history of a mesh. */
const PAGE = { changes: 100, most: 100 };

/** The most states of a mesh that are returned: each of them costs as much as the modes of all its virtual nodes. */
const MOST_STATES = 100;

/**
 * Returns the identities of meshes before their commits of the last minute that changed a mode, which another process may have begun to carry
 * out. Reads the history of each mesh. `now`: milliseconds since 1970.
 * @throws StoreError
 */
export async function formerIdentities(
  store: Pick<Store, 'history'>,
  model: Model,
  now = Date.now(),
): Promise<readonly FormerIdentities[]> {
  const found: FormerIdentities[] = [];
  for (const mesh of meshesOf(model)) {
    const records = await recentChanges(store, mesh, now - MODE_TIMES.restarted);
    const recent = records.filter(({ id }) => id.kind === 'meshIdentity' || id.kind === 'nodeIdentity');
    const states = statesBefore(identitiesOf(model, mesh), recent);
    if (states.length === 0) continue;
    found.push({ mesh, states, at: recent.reduce((latest, { at }) => Math.max(latest, at), 0) });
  }
  return found;
}

/** Reads the changes of a mesh after a time, the latest first. */
async function recentChanges(
  store: Pick<Store, 'history'>,
  mesh: MeshId,
  since: number,
): Promise<readonly SpecChangeRecord[]> {
  const found: SpecChangeRecord[] = [];
  for (let page = 0; page < PAGE.most; page += 1) {
    const records = await store.history({ mesh, before: found.at(-1), limit: PAGE.changes });
    const recent = records.filter(({ at }) => at > since);
    found.push(...recent);
    if (recent.length < PAGE.changes) break;
  }
  return found;
}

/** Takes changes back, the latest first. Returns the states before commits that changed a mode, oldest first. */
function statesBefore(current: Identities, changes: readonly SpecChangeRecord[]): readonly Identities[] {
  const identities = new Map<string, Resource>(current.map((each) => [idKey(each), each]));
  const states: Identities[] = [];
  let isChanged = false;
  for (const [index, { id, before, at, revision }] of changes.entries()) {
    isChanged ||= modeText(identities.get(idKey(id))) !== modeText(before);
    if (before === undefined) identities.delete(idKey(id));
    else identities.set(idKey(id), { ...NO_RESOURCE, ...id, ...before, lastUpdatedAt: at });
    // The changes of one commit take effect together.
    if (!isChanged || changes[index + 1]?.revision === revision) continue;
    states.unshift([...identities.values()]);
    isChanged = false;
    if (states.length === MOST_STATES) break;
  }
  return states;
}

/** Returns the mode that a resource sets, and for which proxy; an empty text if it sets none. */
function modeText(resource: Pick<Resource, 'spec'> | undefined): string {
  const { mtls, proxy } = (resource?.spec ?? {}) as { readonly mtls?: string; readonly proxy?: unknown };
  return mtls === undefined ? '' : JSON.stringify([mtls, proxy]);
}

const NO_RESOURCE = { uid: '', createdAt: 0, resourceOwner: '' } as const;

function meshesOf(model: Model): readonly MeshId[] {
  return [...model.resources()]
    .filter(({ kind }) => kind === 'mesh')
    .map(({ owner, mesh }) => ({ owner, mesh }));
}
