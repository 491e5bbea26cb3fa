import { CLUSTER, ENDPOINTS, LISTENER, ROUTES, SECRET, type Snapshot } from '../../xds/types.ts';
import type { ProxyView } from '../mesh/view.ts';
import { typeResources } from './encode.ts';
import type { Found } from './found.ts';
import { gatewayResources } from './gateway/gateway.ts';
import { nodeResources } from './node/node.ts';
import { collectProblems, type Problem } from './problems.ts';
import type { Features } from './proxy.ts';

/** What a proxy is to have, and the parts of the model that have no effect in it. */
export type Translation = { readonly snapshot: Snapshot; readonly problems: readonly Problem[] };

/**
 * One proxy's view of the model as Envoy's resources: all types, sorted by name, each encoded. Pure: the same view,
 * features and answers from outside give the same bytes. It never throws for what the API accepts; a part that cannot work is left out alone.
 */
export function translate(view: ProxyView, features: Features, found: Found): Translation {
  const { report, list } = collectProblems();
  const resources =
    view.kind === 'virtualNode'
      ? nodeResources(view, features, found, report)
      : gatewayResources(view, features, found, report);
  const snapshot: Snapshot = new Map([
    [CLUSTER, typeResources(resources.clusters)],
    [ENDPOINTS, typeResources(resources.endpoints)],
    [LISTENER, typeResources(resources.listeners)],
    [ROUTES, typeResources(resources.routes)],
    [SECRET, typeResources(resources.secrets)],
  ]);
  return { snapshot, problems: list() };
}
