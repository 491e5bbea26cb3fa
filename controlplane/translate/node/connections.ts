import type { ServiceView, VirtualNodeView } from '../../mesh/proxy-view.ts';
import type { Resource } from '../../../xds/types.ts';
import { closing, tcpProxy, type WeightedTcp } from '../envoy/filter-chains.ts';
import { filterConfig } from '../envoy/filter-discovery.ts';
import type { Extension } from '../envoy/typed.ts';
import { upstreamName, type UpstreamMesh } from '../envoy/clusters/upstream.ts';
import { createMemo } from '../memo.ts';
import * as names from '../names.ts';
import type { Target } from '../services/offer.ts';
import { unreported } from '../problems.ts';
import { offers } from '../services/services.ts';
import type { EgressPort, OfferAt } from './egress.ts';

/** The clusters that connections to a service are shared out to; none where no weight is above 0. */
export function sharesOf(mesh: UpstreamMesh, targets: readonly Target[]): readonly WeightedTcp[] {
  return targets
    .filter(({ weight }) => weight > 0)
    .map((target) => ({ cluster: upstreamName(mesh, target), weight: target.weight }));
}

/** Shares connections out by weight. Envoy refuses weights that add up to nothing: then every connection is closed. */
export function connectionFilter({
  shares: [first, ...others],
  idle,
}: {
  readonly shares: readonly WeightedTcp[];
  readonly idle: number;
}): Extension {
  return first === undefined ? closing() : tcpProxy(names.EGRESS_STATS, [first, ...others], idle);
}

/** Of which offers the listener for outbound traffic has filters that it knows by name only. */
export function namedConnections(ports: readonly EgressPort[]): readonly OfferAt[] {
  return ports.flatMap(({ tcp }) => tcp.map(({ at }) => at));
}

/** What stands behind the names of these filters now. */
export function egressExtensions(
  view: VirtualNodeView,
  mesh: UpstreamMesh,
  connections: readonly OfferAt[],
): readonly Resource[] {
  return connections.flatMap(
    ({ service, offer }) => serviceExtensions(view.services[service], mesh)[offer] ?? [],
  );
}

/** The filter of each of a service's offers, undefined for HTTP: encoded once for all that call the service. */
function serviceExtensions(
  service: ServiceView | undefined,
  mesh: UpstreamMesh,
): readonly (Resource | undefined)[] {
  if (service === undefined) return [];
  return extensionsOf(service, mesh.name, unreported, () =>
    offers(service, unreported).map((offer) => {
      if (offer.kind !== 'tcp') return undefined;
      const name = names.egressConnections(offer.port, service.name);
      return filterConfig(
        name,
        connectionFilter({ shares: sharesOf(mesh, offer.targets), idle: offer.idle }),
      );
    }),
  );
}

const extensionsOf = createMemo<readonly (Resource | undefined)[]>();
