import type { VirtualGatewayView } from '../../mesh/proxy-view.ts';
import { accessLogs } from '../envoy/access-log/access-log.ts';
import { addresses } from '../envoy/address.ts';
import { upstreamEndpoints } from '../envoy/clusters/endpoints.ts';
import { mutualClusters } from '../envoy/clusters/mutual.ts';
import { metricSource } from '../envoy/metric-extension/metric-source.ts';
import type { ExternalInputs } from '../external-inputs.ts';
import { callerPreference } from '../ip-preference.ts';
import type { Report } from '../problems.ts';
import type { Options } from '../options.ts';
import type { ProxyResources } from '../proxy.ts';
import { servedSecrets } from '../tls/secrets.ts';
import { upstreamCalls } from './calls.ts';
import { egressClusters, redirectClusters } from './clusters.ts';
import { egressListener, ingressListeners } from './listeners.ts';
import { gatewayPlan } from './plan.ts';
import { ingressRoutes } from './routes.ts';
import { secondPass, secondPassName } from './second-pass.ts';

/**
 * Returns all resources of a virtual gateway's proxy. A request passes through it twice: a gateway route sends the request to
 * the proxy's own egress listener, under the name of a virtual service, and that service's routes send it on.
 */
export function gatewayResources(
  view: VirtualGatewayView,
  options: Options,
  inputs: ExternalInputs,
  report: Report,
): ProxyResources {
  const mesh = { name: view.mesh.name, ipPreference: callerPreference(view.mesh, options) };
  const at = addresses(view.mesh.spec.serviceDiscovery?.ipPreference, options);
  const accessLog = accessLogs(view.spec.logging, `virtualGateway/${view.name}`, options, report);
  const plan = gatewayPlan(view, options, report);
  const calls = upstreamCalls(view, mesh, plan, options, report);
  const secretRefs = [...plan.listeners.map(({ tlsModes }) => tlsModes), ...calls].flatMap(
    (each) => each.secretRefs,
  );
  const source = metricSource(view, options);
  const mutual = mutualClusters(mesh, calls, inputs);
  return {
    clusters: [
      ...redirectClusters(view, plan.listeners, options, report),
      ...egressClusters(mesh, calls, mutual, options, report),
    ],
    endpoints: upstreamEndpoints(mesh, calls, inputs, report),
    extensions: [],
    listeners: [
      ...ingressListeners(plan.listeners, at, accessLog, source, options),
      egressListener(secondPassName(plan), at, accessLog, source, options),
    ],
    routes: [
      ...ingressRoutes(view, plan.listeners, report),
      secondPass(mesh, plan, source !== undefined, report),
    ],
    secrets: servedSecrets(secretRefs, inputs, report),
  };
}
