import type { MeshName } from '../../api/kinds.ts';
import type { ProxyStatus } from '../../../controlplane/status/status.ts';
import { pieceOf } from '../proxies.ts';
import { keyOf, ofKind, type MeshModel, type Typed } from '../resources.ts';
import { targetsOf } from './routes.ts';

/** Returns the routes with several targets: first those whose traffic is divided, then those in which one target has all the weight. */
export function splitsOf(model: MeshModel): {
  readonly moving: Typed<'route'>[];
  readonly resting: Typed<'route'>[];
} {
  const several = ofKind(model, 'route').filter(({ spec }) => targetsOf(spec).length > 1);
  const isDivided = ({ spec }: Typed<'route'>): boolean =>
    targetsOf(spec).filter(({ weight }) => weight > 0).length > 1;
  return { moving: several.filter(isDivided), resting: several.filter((each) => !isDivided(each)) };
}

/** Connected proxies, and how many of them have acknowledged their whole configuration. */
export type Holders = { readonly connected: number; readonly inSync: number };

/** Returns the proxies of pieces of the map. */
export function holdersOf(keys: readonly string[], proxies: readonly ProxyStatus[], mesh: MeshName): Holders {
  const wanted = new Set(keys);
  const own = proxies.filter(({ resource }) => wanted.has(pieceOf(resource, mesh) ?? ''));
  return { connected: own.length, inSync: own.filter(({ state }) => state === 'in sync').length };
}

/** Returns the key of a route with its version: another version may have other weights. */
export function versionKey(route: Typed<'route'>): string {
  return `${keyOf(route)} ${route.uid} ${route.version}`;
}
