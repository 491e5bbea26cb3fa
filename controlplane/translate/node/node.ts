import type { VirtualNodeView } from '../../mesh/proxy-view.ts';
import { accessConfigs } from '../access/filters.ts';
import { upstreamEndpoints } from '../envoy/clusters/endpoints.ts';
import { metricSource } from '../envoy/metric-extension/metric-source.ts';
import type { ExternalInputs } from '../external-inputs.ts';
import type { Report } from '../problems.ts';
import type { Options } from '../options.ts';
import type { ProxyResources } from '../proxy.ts';
import { servedSecrets } from '../tls/secrets.ts';
import { reportWithoutAuthority } from '../tls/without-authority.ts';
import { egressExtensions } from './connections.ts';
import { staticPartOf } from './static-part.ts';
import { nodeClusters } from './node-clusters.ts';
import { nodeListeners } from './node-listeners.ts';
import { egressRoutes } from './routes.ts';

/** Returns all resources of a virtual node's sidecar. Unchanged parts come from caches. */
export function nodeResources(
  view: VirtualNodeView,
  options: Options,
  inputs: ExternalInputs,
  report: Report,
): ProxyResources {
  const staticPart = staticPartOf(view, options, report);
  const source = metricSource(view, options);
  reportWithoutAuthority(view, options, report);
  return {
    clusters: nodeClusters(staticPart, options, inputs),
    endpoints: upstreamEndpoints(staticPart.mesh, staticPart.discovered, inputs, report),
    extensions: [
      ...staticPart.ingressExtensions,
      ...accessConfigs(view, staticPart.accessPlaces, options, report),
      ...egressExtensions(view, staticPart.mesh, staticPart.egressConnections, options),
    ],
    listeners: nodeListeners(view, staticPart, options, inputs, report),
    routes: [
      ...staticPart.ingressRoutes,
      ...egressRoutes(view, staticPart.mesh, staticPart.egressRoutes, source !== undefined),
    ],
    secrets: servedSecrets(staticPart.secretRefs, inputs, report),
  };
}
