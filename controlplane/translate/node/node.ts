import type { VirtualNodeView } from '../../mesh/proxy-view.ts';
import { upstreamEndpoints } from '../envoy/clusters/endpoints.ts';
import type { Found } from '../external-inputs.ts';
import type { Report } from '../problems.ts';
import type { Options } from '../options.ts';
import type { ProxyResources } from '../proxy.ts';
import { servedSecrets } from '../tls/secrets.ts';
import { egressExtensions } from './connections.ts';
import { frameOf } from './frame.ts';
import { nodeListeners } from './node-listeners.ts';
import { egressRoutes } from './routes.ts';

/** All that the sidecar of a virtual node is to have. What a change leaves as it was is not made again. */
export function nodeResources(
  view: VirtualNodeView,
  options: Options,
  found: Found,
  report: Report,
): ProxyResources {
  const frame = frameOf(view, options, report);
  return {
    clusters: frame.clusters,
    endpoints: upstreamEndpoints(frame.mesh, frame.discovered, found, report),
    extensions: [...frame.ingressExtensions, ...egressExtensions(view, frame.mesh, frame.egressConnections)],
    listeners: nodeListeners(view, frame, found, report),
    routes: [...frame.ingressRoutes, ...egressRoutes(view, frame.mesh, frame.egressRoutes)],
    secrets: servedSecrets(frame.needs, found, report),
  };
}
