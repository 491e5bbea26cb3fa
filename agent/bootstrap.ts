import type { NodeIdentity } from './relay/relay.ts';
import type { AgentSettings } from './settings.ts';
import { staticRuntime } from './bootstrap-runtime.ts';
import { statsConfig, statsSinks } from './bootstrap-stats.ts';

/** The cluster that leads to the agent's socket. */
const AGENT_CLUSTER = 'daybreak_agent';

/** Envoy's bootstrap as plain JSON, ready to be written. */
export type BootstrapJson = ReturnType<typeof bootstrap>;

/**
 * Envoy's bootstrap: App Mesh's, but for the way to the control plane, which leads through the agent's socket. Plain JSON,
 * because the generated types of the whole bootstrap cost more memory than the agent itself.
 */
export function bootstrap(settings: AgentSettings, node: NodeIdentity, socketPath: string) {
  const { envoy, stats } = settings;
  const initialFetchTimeout = `${envoy.initialFetchTimeoutSeconds}s`;
  const overAds = { ads: {}, initialFetchTimeout, resourceApiVersion: 'V3' };
  return {
    node,
    admin: admin(envoy.admin),
    clusterManager: { outlierDetection: { eventLogPath: envoy.outlierLogPath } },
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
    staticResources: { clusters: [agentCluster(socketPath)] },
    layeredRuntime: {
      layers: [
        { name: 'static_layer_0', staticLayer: staticRuntime(settings.runtime) },
        { name: 'admin_layer', adminLayer: {} },
      ],
    },
    statsConfig: statsConfig(settings),
    ...statsSinks(stats),
    ...(stats.flushIntervalMs === undefined ? {} : { statsFlushInterval: seconds(stats.flushIntervalMs) }),
  };
}

function admin({ address, port, accessLogPath }: AgentSettings['envoy']['admin']) {
  const ipv4Compat = address === '::' ? { ipv4Compat: true } : {};
  return {
    accessLog: [
      {
        name: 'envoy.access_loggers.file',
        typedConfig: {
          '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
          path: accessLogPath,
        },
      },
    ],
    address: { socketAddress: { address, portValue: port, ...ipv4Compat } },
  };
}

function agentCluster(socketPath: string) {
  return {
    name: AGENT_CLUSTER,
    type: 'STATIC',
    connectTimeout: '1s',
    typedExtensionProtocolOptions: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicitHttpConfig: { http2ProtocolOptions: {} },
      },
    },
    loadAssignment: {
      clusterName: AGENT_CLUSTER,
      endpoints: [{ lbEndpoints: [{ endpoint: { address: { pipe: { path: socketPath } } } }] }],
    },
  };
}

/** A duration in protobuf's JSON form. */
function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(6)}s`;
}
