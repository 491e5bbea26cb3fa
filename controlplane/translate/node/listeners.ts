import type { Place } from '../../mesh/access/steps.ts';
import type { Resource } from '../../../xds/types.ts';
import type { Addresses } from '../envoy/address.ts';
import type { AccessLogInit } from '../envoy/connection-manager.ts';
import { needsInspector } from '../envoy/filter-chains.ts';
import { originalDestination, tlsInspectorOn } from '../envoy/listener-filters.ts';
import { listener } from '../envoy/listener.ts';
import { metricSource } from '../envoy/metric-extension/metric-source.ts';
import { inboundConnectionLog } from '../envoy/metric-extension/metrics.ts';
import { SILENT_CLIENT_WAIT } from '../defaults.ts';
import * as names from '../names.ts';
import type { Options } from '../options.ts';
import { ownPorts } from './own-ports.ts';
import type { OwnView } from './own-view.ts';
import { createPortChains, type OpenListener } from './port-chains.ts';

/** The listener of all inbound traffic, its discovered filters, and the chains with a filter of authorization. */
export type IngressListener = {
  readonly listeners: readonly Resource[];
  readonly extensions: readonly Resource[];
  readonly places: readonly Place[];
};

/**
 * Returns the listener of all inbound traffic of a virtual node, with its discovered filters; empty if the virtual node has no
 * listener itself. Without redirect rules, callers connect to the listener's own port, which leads to the first listener.
 */
export function ingressListener(
  view: OwnView,
  listeners: readonly OpenListener[],
  { listen }: Addresses,
  accessLog: readonly AccessLogInit[],
  options: Options,
): IngressListener {
  if (listeners.length === 0) return { listeners: [], extensions: [], places: [] };
  const ports = createPortChains(view, listeners.length > 1, accessLog, options);
  const chains = listeners.flatMap((open) => ports.of(open, open.spec.portMapping.port, ''));
  const [direct] = options.loopbackEgress ? listeners : [];
  if (direct !== undefined) chains.push(...ports.of(direct, names.INGRESS_PORT, '_direct'));
  const own = direct === undefined ? [names.INGRESS_PORT, names.EGRESS_PORT] : [names.EGRESS_PORT];
  const [first, ...others] = listeners.flatMap(({ spec, tlsModes }) =>
    needsInspector(tlsModes)
      ? [spec.portMapping.port, ...(spec === direct?.spec ? [names.INGRESS_PORT] : [])]
      : [],
  );
  const inspector = first === undefined ? [] : [tlsInspectorOn(first, ...others)];
  const inbound = listener(names.ingressListener(names.INGRESS_PORT), {
    address: listen,
    port: names.INGRESS_PORT,
    direction: 'inbound',
    filters: [originalDestination(), ...inspector],
    chains: [...chains, ...ownPorts(own)],
    patient: inspector.length > 0,
    ...(listeners.some(isTcpOfMesh) ? { inspection: SILENT_CLIENT_WAIT } : {}),
    accessLog: inboundConnectionLog(metricSource(view, options)),
  });
  return { listeners: [inbound], extensions: ports.extensions(), places: ports.places() };
}

/** Whether connections without TLS wait for the TLS inspector although their server may speak first. */
function isTcpOfMesh({ spec, tlsModes }: OpenListener): boolean {
  return spec.portMapping.protocol === 'tcp' && tlsModes.mesh !== undefined;
}

/** Whether the mesh allows all egress. */
export function allowsAll({ mesh }: OwnView): boolean {
  return mesh.spec.egressFilter?.type === 'ALLOW_ALL';
}
