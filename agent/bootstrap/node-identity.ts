import { resolveAppAddress } from '../application/app-address.ts';
import { traceContextText } from '../../common/contracts/trace-context.ts';
import { announcedRuntime } from './bootstrap-runtime.ts';
import type { HostFacts } from '../host-facts.ts';
import type { Location } from '../location/location.ts';
import { locality, platformInfo } from './platform-info.ts';
import type { NodeIdentity } from '../relay/envoy-node.ts';
import type { AgentSettings } from '../settings/settings.ts';

/** Identifies one of several agents of the same resource. */
export type AgentIdentity = {
  /** Unique to this process. */
  readonly instance: string;
  /** The agent's version. */
  readonly version: string;
};

/**
 * Builds Envoy's node: App Mesh's id, cluster, locality and metadata, and this agent's abilities under `daybreak`. `ipv6` is false on a host
 * without IPv6 addresses, where Envoy would reject an IPv6 listener.
 * @throws AgentError if the interface that the application listens on has no address
 */
export function nodeIdentity(
  settings: AgentSettings,
  facts: HostFacts,
  location: Location,
  agent: AgentIdentity,
): NodeIdentity {
  const place = locality(location);
  const app = resolveAppAddress(settings.appAddress, facts);
  const { traceContext, tracing, telemetry } = settings;
  return {
    id: settings.resource.id,
    cluster: settings.cluster,
    ...(place === undefined ? {} : { locality: place }),
    metadata: {
      'aws.appmesh.static_runtime': announcedRuntime(settings.runtime),
      'aws.appmesh.task.interfaces': { ipv4: facts.ipv4, ipv6: facts.ipv6 },
      'aws.appmesh.platformInfo': platformInfo(location, facts),
      ...(settings.stats.metricExtension ? { 'aws.appmesh.metric_filter': { level: '1' } } : {}),
      daybreak: {
        instance: agent.instance,
        version: agent.version,
        sds: settings.envoy.sdsSocketPath !== undefined,
        files: true,
        ecds: true,
        recentHttp: true,
        names: true,
        ...(settings.xds.identity === undefined ? {} : { mtls: true }),
        metricExtension: settings.stats.metricExtension,
        ipv6: Object.keys(facts.ipv6).length > 0,
        ...(app === undefined ? {} : { appAddress: app }),
        ...(traceContext === undefined || traceContext.others.length === 0
          ? {}
          : { traceContext: traceContextText(traceContext) }),
        ...(isWithoutRules(settings) ? { loopbackEgress: true } : {}),
        ...(isUntraced(settings) ? { untraced: true } : {}),
        ...(telemetry.logs.exporters.length > 0 ? { otlpLogs: true } : {}),
        ...(tracing?.kind === 'opentelemetry' && tracing.sampler.kind === 'xray'
          ? { sampledParents: true }
          : {}),
      },
    },
  };
}

/** Whether the bootstrap has no tracer. Any file that is merged into it could add one. */
function isUntraced({ tracing, customConfig }: Pick<AgentSettings, 'tracing' | 'customConfig'>): boolean {
  return tracing === undefined && customConfig.merged.length === 0;
}

/** Whether the application calls its backends at ports of loopback. A gateway has no application. */
export function isWithoutRules({ egress, resource }: Pick<AgentSettings, 'egress' | 'resource'>): boolean {
  return egress === 'loopback' && resource.kind === 'virtualNode';
}
