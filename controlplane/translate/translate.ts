import {
  CLUSTER,
  ENDPOINTS,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTES,
  SECRET,
  type Resource,
  type Snapshot,
  type TypeResources,
} from '../../xds/types.ts';
import type { ProxyView } from '../mesh/proxy-view.ts';
import { typeResources } from './encode.ts';
import type { Found } from './external-inputs.ts';
import { gatewayResources } from './gateway/gateway.ts';
import { nodeResources } from './node/node.ts';
import { collectProblems, type ConditionalProblem } from './problems.ts';
import type { Options } from './options.ts';
import type { Discovered } from './proxy.ts';

/** What a proxy is to have, and the parts of the model that have no effect in it. */
export type Translation = { readonly snapshot: Snapshot; readonly problems: readonly ConditionalProblem[] };

/**
 * One proxy's view of the model as Envoy's resources: all types, sorted by name, each encoded. Pure: the same view,
 * options and answers from outside give the same bytes. It never throws for what the API accepts; a part that cannot work is left out alone.
 */
export function translate(view: ProxyView, options: Options, found: Found): Translation {
  const { report, list } = collectProblems();
  const resources =
    view.kind === 'virtualNode'
      ? nodeResources(view, options, found, report)
      : gatewayResources(view, options, found, report);
  const { clusters, endpoints, extensions, listeners, routes, secrets } = resources;
  const snapshot: Snapshot = new Map([
    [CLUSTER, listOf(clusters)],
    [ENDPOINTS, discoveredList(endpoints)],
    [EXTENSION_CONFIG, extensions.length === 0 ? EMPTY : typeResources(extensions)],
    [LISTENER, listOf(listeners)],
    [ROUTES, typeResources(routes)],
    [SECRET, discoveredList(secrets)],
  ]);
  return { snapshot, problems: list() };
}

/** What was made of the very same resources is the very same: whoever has it is known to have all. */
function listOf(resources: readonly Resource[]): TypeResources {
  const known = lists.get(resources);
  if (known !== undefined) return known;
  const list = typeResources(resources);
  lists.set(resources, list);
  return list;
}

const lists = new WeakMap<readonly Resource[], TypeResources>();

function discoveredList({ known, unknown }: Discovered): TypeResources {
  return known.length === 0 && unknown.size === 0 ? EMPTY : typeResources(known, unknown);
}

const EMPTY = typeResources([]);
