import type { ProxyStatus } from '../../controlplane/status/status.ts';

/** The state of a proxy, as `GET /status` has it. */
export type ProxyState = ProxyStatus['state'];

/** The proxies of a piece of the map: how many, and the state that needs attention most. */
export type ProxySummary = { readonly count: number; readonly worst: ProxyState; readonly refused: number };

/** States by how much attention they need, the most first. */
export const STATES: readonly ProxyState[] = ['refused', 'orphaned', 'waiting', 'updating', 'in sync'];

/** The key of the piece that a proxy belongs to, e.g. `virtualNode/N`; undefined for one of another mesh. */
export function pieceOf(resource: string, mesh: string): string | undefined {
  const [, name = '', kind, ...rest] = resource.split('/');
  return name.split('@')[0] === mesh && kind !== undefined ? `${kind}/${rest.join('/')}` : undefined;
}

/** Returns the proxies of one mesh. */
export function proxiesOf(proxies: readonly ProxyStatus[], mesh: string): ProxyStatus[] {
  return proxies.filter(({ resource }) => pieceOf(resource, mesh) !== undefined);
}

/** Sums proxies up by piece. */
export function summarize(proxies: readonly ProxyStatus[], mesh: string): Map<string, ProxySummary> {
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
