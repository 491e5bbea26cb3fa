import {
  CLUSTER,
  ENDPOINTS,
  LISTENER,
  ROUTES,
  SECRET,
  type Resource,
  type Snapshot,
  type TypeResources,
  type TypeUrl,
} from '../../xds/types.ts';
import type { ProxyView } from '../mesh/view.ts';
import { typeResources } from './encode.ts';
import type { Found } from './found.ts';
import { gatewayResources } from './gateway/gateway.ts';
import { nodeResources } from './node/node.ts';
import { createMemo } from './memo.ts';
import { collectProblems, unreported, type Problem } from './problems.ts';
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
  const { endpoints, secrets } = resources;
  const variant = JSON.stringify(features);
  const listed = (typeUrl: TypeUrl, known: readonly Resource[], unknown?: TypeResources['unknown']) => {
    const make = (): TypeResources => typeResources(known, unknown);
    const parts = [...known, '', ...(unknown ?? NOTHING).entries()].flat();
    return [typeUrl, lists(view.spec, `${typeUrl} ${variant}`, unreported, make, parts)] as const;
  };
  const snapshot: Snapshot = new Map([
    listed(CLUSTER, resources.clusters),
    listed(ENDPOINTS, endpoints.known, endpoints.unknown),
    listed(LISTENER, resources.listeners),
    listed(ROUTES, resources.routes),
    listed(SECRET, secrets.known, secrets.unknown),
  ]);
  return { snapshot, problems: list() };
}

/** The very same list for the same resources: whoever has it is known to have all. */
const lists = createMemo<TypeResources>();

const NOTHING: NonNullable<TypeResources['unknown']> = new Map();
