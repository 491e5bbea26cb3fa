import type { VirtualGatewayView } from '../../mesh/proxy-view.ts';
import type { Resource } from '../../../xds/types.ts';
import { localCluster, type Pool } from '../envoy/clusters/clusters.ts';
import { upstreamCluster, upstreamName, type UpstreamMesh } from '../envoy/clusters/upstream.ts';
import { EGRESS_PORT, selfRedirectCluster } from '../names.ts';
import type { Options } from '../options.ts';
import type { Report } from '../problems.ts';
import type { UpstreamCall } from './calls.ts';
import type { GatewayListener } from './plan.ts';

/** Returns the name of a listener's cluster to the second pass. */
export function redirectName(
  view: VirtualGatewayView,
  listeners: readonly GatewayListener[],
  { spec }: GatewayListener,
): string {
  const { protocol, port } = spec.portMapping;
  const which = listeners.length > 1 ? port : undefined;
  return selfRedirectCluster(view.mesh.name, view.name, protocol, which);
}

/** Returns the clusters to the second pass, one per listener, with the listener's connection pool. */
export function redirectClusters(
  view: VirtualGatewayView,
  listeners: readonly GatewayListener[],
  options: Options,
  report: Report,
): readonly Resource[] {
  return listeners.map((each) => {
    const { portMapping, connectionPool } = each.spec;
    const { protocol, port } = portMapping;
    const pool: Pool | undefined = connectionPool?.[protocol];
    if (connectionPool !== undefined && pool === undefined) {
      const where = `virtualGateway/${view.name}/listener/${port}/connectionPool`;
      report(where, `it sets no limit, because it is not for ${protocol}`);
    }
    const name = redirectName(view, listeners, each);
    const at = { address: '127.0.0.1', port: EGRESS_PORT, protocol, pool: pool ?? {} };
    return localCluster(name, at, options);
  });
}

/** Returns the clusters of all targets of a virtual gateway's routes. `mutual`: those whose host name takes mutual TLS. */
export function egressClusters(
  mesh: UpstreamMesh,
  calls: readonly UpstreamCall[],
  mutual: ReadonlySet<string>,
  options: Options,
  report: Report,
): readonly Resource[] {
  return calls.map(({ target, tls }) =>
    upstreamCluster(mesh, target, tls, options, report, mutual.has(upstreamName(mesh, target))),
  );
}
