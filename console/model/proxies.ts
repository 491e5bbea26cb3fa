import type { MeshName } from '../api/kinds.ts';
import type { ProxyStatus } from '../../controlplane/status/status.ts';

/** The state of a proxy, as `GET /status` has it. */
export type ProxyState = ProxyStatus['state'];

/** The proxies of a piece of the map: how many, and the state that needs attention most. */
export type ProxySummary = { readonly count: number; readonly worst: ProxyState; readonly refused: number };

/** States by how much attention they need, the most first. */
export const STATES: readonly ProxyState[] = ['refused', 'orphaned', 'waiting', 'updating', 'in sync'];

/**
 * Returns the key of the piece that a proxy belongs to, e.g. `virtualNode/N`; undefined for one of another mesh. Proxies name the account of their mesh
 * (`mesh/M@ACCOUNT/…`) if several have one of that name. An empty `owner` is any.
 */
export function pieceOf(resource: string, { mesh, owner }: MeshName): string | undefined {
  const [, name = '', kind, ...rest] = resource.split('/');
  const isOwn = name === mesh || (owner === '' ? name.split('@')[0] === mesh : name === `${mesh}@${owner}`);
  return isOwn && kind !== undefined ? `${kind}/${rest.join('/')}` : undefined;
}

/** Returns the proxies of one mesh. */
export function proxiesOf(proxies: readonly ProxyStatus[], mesh: MeshName): ProxyStatus[] {
  return proxies.filter(({ resource }) => pieceOf(resource, mesh) !== undefined);
}

/** Sums proxies up by piece. */
export function summarize(proxies: readonly ProxyStatus[], mesh: MeshName): Map<string, ProxySummary> {
  const summaries = new Map<string, ProxySummary>();
  for (const { resource, state } of proxies) {
    const key = pieceOf(resource, mesh);
    if (key === undefined) continue;
    const before = summaries.get(key) ?? { count: 0, worst: 'in sync' as ProxyState, refused: 0 };
    summaries.set(key, {
      count: before.count + 1,
      worst: STATES.indexOf(state) < STATES.indexOf(before.worst) ? state : before.worst,
      refused: before.refused + (state === 'refused' ? 1 : 0),
    });
  }
  return summaries;
}
