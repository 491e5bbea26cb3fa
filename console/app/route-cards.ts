import type { MeshName } from '../api/kinds.ts';
import { callersOf, observedOf, servicesOf } from '../model/figures/observed.ts';
import { ofKind, type MeshModel, type Typed } from '../model/resources.ts';
import { holdersOf, versionKey } from '../model/routes/splits.ts';
import type { Standing } from '../model/routes/standing.ts';
import type { RouteCardState } from '../pages/route-card-state.ts';
import { figures, graph, status } from '../state/state.ts';
import { routeEdit } from './route-edits.ts';

/** Returns the cards of routes: the edit of each, since when its weights stand, and what reached its targets since then. */
export function routeCards(
  at: MeshName,
  model: MeshModel,
  routes: readonly Typed<'route'>[],
  standings: ReadonlyMap<string, Standing>,
): RouteCardState[] {
  const nodes = ofKind(model, 'virtualNode').map(({ name }) => name);
  return routes.map((route) => {
    const standing = standings.get(versionKey(route));
    const since = Date.parse(standing?.since ?? route.updatedAt);
    const callers = callersOf(graph.value, model, route.parent);
    return {
      ...routeEdit(route, at, nodes),
      standing,
      services: servicesOf(model, route.parent),
      seen: observedOf(graph.value, model, route, figures.value, since),
      holders: holdersOf(callers, status.value?.proxies ?? [], at),
    };
  });
}
