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
import type { ExternalInputs } from './external-inputs.ts';
import { gatewayResources } from './gateway/gateway.ts';
import { nodeResources } from './node/node.ts';
import { collectProblems, type ConditionalProblem } from './problems.ts';
import type { Options } from './options.ts';
import type { Discovered } from './proxy.ts';

/** The resources of a proxy, and the parts of the model that have no effect in it. */
export type Translation = { readonly snapshot: Snapshot; readonly problems: readonly ConditionalProblem[] };

/**
 * Translates one proxy's view of the model to Envoy's resources: all types, sorted by name, each encoded. Pure: the same view,
 * options and external inputs give the same bytes. Never throws for a model that the API accepts; only the part that cannot
 * work is left out.
 */
export function translate(view: ProxyView, options: Options, inputs: ExternalInputs): Translation {
  const { report, list } = collectProblems();
  const resources =
    view.kind === 'virtualNode'
      ? nodeResources(view, options, inputs, report)
      : gatewayResources(view, options, inputs, report);
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

/** Returns an identical list for identical resources, so that a proxy that holds the list is known to be up to date. */
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
