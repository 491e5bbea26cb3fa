import type { MissingFigures } from '../../common/contracts/reports.ts';
import { meshOwner, type Identity } from '../ads/identity.ts';
import type { Model } from '../mesh/model.ts';
import type { MeshId } from '../mesh/resource.ts';

/** A connected proxy, by its ADS stream. */
export type ProxyStream = { readonly identity: Identity; readonly peer: string };

/** The most missing proxies that an answer names. */
const MOST = 100;

/** Returns the connected proxies of a mesh whose figures are missing. `able` and `reporting`: peers of agents. */
export function missingOf(
  { owner, mesh }: MeshId,
  model: Model,
  streams: readonly ProxyStream[],
  { reporting, able }: { readonly reporting: ReadonlySet<string>; readonly able: ReadonlySet<string> },
): readonly MissingFigures[] {
  return streams
    .filter(
      ({ identity, peer }) =>
        identity.mesh === mesh && !reporting.has(peer) && meshOwner(model, identity) === owner,
    )
    .slice(0, MOST)
    .map(({ identity: { kind, name }, peer }) => ({
      reason: able.has(peer) ? 'waiting' : 'old agent',
      proxy: { kind, name },
      peer,
    }));
}
