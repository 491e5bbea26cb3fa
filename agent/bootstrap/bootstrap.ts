import { AGENT_CLUSTER, SDS_CLUSTER } from '../../common/contracts/bootstrap-clusters.ts';
import type { NodeIdentity } from '../relay/envoy-node.ts';
import type { LogForm } from '../../common/log.ts';
import type { AgentSettings } from '../settings/settings.ts';
import { isReplaced } from '../custom-config/custom-config-settings.ts';
import { applicationLogConfig } from './bootstrap-log.ts';
import type { SourceAttributes } from '../tracing/bootstrap-opentelemetry.ts';
import { tracing, tracingClusters, tracingRuntime } from '../tracing/bootstrap-tracing.ts';
import { staticRuntime } from './bootstrap-runtime.ts';
import { statsConfig, statsFlushMs, statsSinks } from './bootstrap-stats.ts';

/** Paths in a folder that no other user can enter: the agent's and the admin interface's unix sockets, and X-Ray's sampling rules. */
export type BootstrapPaths = {
  readonly agent: string;
  readonly admin: string;
  readonly samplingRules: string;
};

/**
 * Builds Envoy's bootstrap. It equals App Mesh's, except that Envoy reaches the control plane through the agent's socket. Plain JSON,
 * because the generated types of the whole bootstrap need more memory than the agent itself. `source`: the attributes of spans.
 */
export function bootstrap(
  settings: AgentSettings,
  node: NodeIdentity,
  paths: BootstrapPaths,
  logForm: LogForm,
  source: SourceAttributes = {},
) {
  const { envoy } = settings;
  const flushMs = statsFlushMs(settings);
  const initialFetchTimeout = `${envoy.initialFetchTimeoutSeconds}s`;
  const overAds = { ads: {}, initialFetchTimeout, resourceApiVersion: 'V3' };
  return {
    node,
    ...applicationLogConfig(logForm),
    admin: admin(envoy.adminLogPath, paths.admin),
    clusterManager: {
      outlierDetection: { eventLogPath: envoy.outlierLogPath },
      // Costs nothing until the agent asks: Envoy sends its node once, and waits.
      loadStatsConfig: {
        apiType: 'GRPC',
        transportApiVersion: 'V3',
        grpcServices: [{ envoyGrpc: { clusterName: AGENT_CLUSTER } }],
      },
    },
    dynamicResources: {
      adsConfig: {
        apiType: 'DELTA_GRPC',
        transportApiVersion: 'V3',
        // The node is 60 kB with all of Envoy's extensions in it.
        setNodeOnFirstMessageOnly: true,
        grpcServices: [{ envoyGrpc: { clusterName: AGENT_CLUSTER } }],
      },
      cdsConfig: overAds,
      ldsConfig: overAds,
    },
    staticResources: {
      clusters: [
        socketCluster(AGENT_CLUSTER, paths.agent),
        ...tracingClusters(settings),
        ...sdsCluster(envoy),
      ],
    },
    layeredRuntime: {
      layers: [
        {
          name: 'static_layer_0',
          staticLayer: { ...staticRuntime(settings.runtime), ...tracingRuntime(settings) },
        },
        { name: 'admin_layer', adminLayer: {} },
      ],
    },
    ...tracing(settings, paths.samplingRules, source),
    ...(isReplaced(settings.customConfig, 'ENVOY_STATS_CONFIG_FILE')
      ? {}
      : { statsConfig: statsConfig(settings) }),
    ...statsSinks(settings),
    ...(flushMs === undefined ? {} : { statsFlushInterval: seconds(flushMs) }),
  };
}

/** A socket that no other user can open: on a port, any local user and any page in a browser could stop Envoy. */
function admin(logPath: string, socketPath: string) {
  return {
    accessLog: [
      {
        name: 'envoy.access_loggers.file',
        typedConfig: {
          '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
          path: logPath,
        },
      },
    ],
    address: { pipe: { path: socketPath, mode: 0o600 } },
  };
}

/** `node.metadata.daybreak.sds` tells the control plane whether the cluster exists and may be referenced. */
function sdsCluster({ sdsSocketPath }: AgentSettings['envoy']) {
  return sdsSocketPath === undefined ? [] : [socketCluster(SDS_CLUSTER, sdsSocketPath)];
}

function socketCluster(name: string, socketPath: string) {
  return {
    name,
    type: 'STATIC',
    connectTimeout: '1s',
    typedExtensionProtocolOptions: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicitHttpConfig: { http2ProtocolOptions: {} },
      },
    },
    loadAssignment: {
      clusterName: name,
      endpoints: [{ lbEndpoints: [{ endpoint: { address: { pipe: { path: socketPath } } } }] }],
    },
  };
}

/** Formats milliseconds as a protobuf duration in JSON. */
function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(6)}s`;
}
