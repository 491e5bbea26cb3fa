import { ACTIVE_CONNECTION_TAGS } from '../../common/contracts/active-connections.ts';
import { AGENT_CLUSTER } from '../../common/contracts/bootstrap-clusters.ts';
import type { AgentSettings } from '../settings/settings.ts';

/** Tags that App Mesh extracted from names of statistics, by the text after `ingress.`. Existing dashboards use them. */
const EXTRACTED = [
  { tagName: 'appmesh.listener_protocol', after: String.raw`((\w+?)\.)[0-9]+?\.(.+?)$` },
  { tagName: 'appmesh.listener_port', after: String.raw`\w+?\.(([0-9]+?)\.)(.+?)$` },
  { tagName: 'envoy_rds_route_config', after: String.raw`\w+?\.[0-9]+?\.rds\.((.*?)\.)(.+?)$` },
];

/**
 * The text before and including `ingress.`. App Mesh's expressions matched anywhere in any name, which cost Envoy's main thread 17 to
 * 90 ms per cluster; with a literal first word, Envoy skips all other names.
 */
const BEFORE = [
  String.raw`^http\.ingress\.`,
  String.raw`^tcp\.ingress\.`,
  String.raw`^listener\..+?\.ingress\.`,
];

const extracted = EXTRACTED.flatMap(({ tagName, after }) =>
  BEFORE.map((before) => ({ tagName, regex: `${before}${after}` })),
);

/**
 * Tags for names with dots. Envoy ends a cluster's name at the first dot, and would make a separate Prometheus metric of the rest for
 * each node. The parenthesis around `cluster` keeps Envoy from indexing the expression under that word, where Envoy's own tag of this
 * name comes first; it costs 0.8 ms once per cluster without dots.
 */
const NAMES_WITH_DOTS = [
  {
    tagName: 'envoy.cluster_name',
    regex: String.raw`^(?:cluster)\.((cds_[^.]*\..+_(?:(?:http2?|grpc|tcp)_[0-9]+|amazonaws|mesh-allow-all))\.)`,
  },
  { tagName: 'envoy_extension_config', regex: String.raw`^extension_config_discovery\.\w+\.((.+)\.)\w+$` },
  { tagName: 'envoy_sds_secret', regex: String.raw`^sds\.((.+)\.)\w+$` },
];

/**
 * Tags that App Mesh's agent extracted from the names of its metrics extension. Daybreak's metrics have tags of their own, so no
 * name matches. With the lookahead, Envoy searches only names that begin with `appmesh.`.
 */
const TARGETS = [
  {
    tagName: 'TargetVirtualNode',
    regex: String.raw`^appmesh(?=\.)(?:\..+?\..+?)*(\.TargetVirtualNode\.(.+?))(?:\..+?\..+?)*\.(?:.+)$`,
  },
  {
    tagName: 'TargetVirtualService',
    regex: String.raw`^appmesh(?=\.)(?:\..+?\..+?)*(\.TargetVirtualService\.([^MVT]+))(?:\..+?\..+?)*\.(?:.+)$`,
  },
];

const SOURCE_TAG = { virtualNode: 'VirtualNode', virtualGateway: 'VirtualGateway' };

const RESOURCE_TAG = { virtualNode: 'appmesh.virtual_node', virtualGateway: 'appmesh.virtual_gateway' };

/**
 * Returns the tags; those of the mesh and the resource, and those of the metrics extension, come first if they are enabled. With DogStatsD,
 * tags also change the names of metrics, so App Mesh's names stay as they are, including dots.
 */
export function statsConfig({ resource, stats }: AgentSettings) {
  const fixed = [
    { tagName: 'appmesh.mesh', fixedValue: resource.mesh },
    { tagName: RESOURCE_TAG[resource.kind], fixedValue: resource.name },
  ];
  const extension = [
    ...TARGETS,
    { tagName: 'Mesh', fixedValue: resource.mesh },
    { tagName: SOURCE_TAG[resource.kind], fixedValue: resource.name },
    ...ACTIVE_CONNECTION_TAGS,
  ];
  const dotted = stats.dogStatsd === undefined ? NAMES_WITH_DOTS : [];
  return {
    statsTags: [
      ...(stats.resourceTags ? fixed : []),
      ...(stats.metricExtension ? extension : []),
      ...extracted,
      ...dotted,
    ],
  };
}

/** Returns the sinks: DogStatsD's if it is enabled, and the agent's if metrics have an output. */
export function statsSinks({ stats, telemetry }: AgentSettings) {
  const sinks = [...dogStatsdSink(stats.dogStatsd), ...(hasOutput(telemetry) ? [AGENT_SINK] : [])];
  return sinks.length === 0 ? {} : { statsSinks: sinks };
}

/**
 * Returns how often Envoy sends its statistics, in milliseconds; undefined for Envoy's own interval. For an output of the agent alone, that
 * is as often as the output is to get them.
 */
export function statsFlushMs({ stats, telemetry }: AgentSettings): number | undefined {
  const isForOutput = hasOutput(telemetry) && stats.dogStatsd === undefined;
  return (
    stats.flushIntervalMs ??
    (isForOutput ? Math.min(telemetry.metrics.intervalMs, LONGEST_FLUSH_MS) : undefined)
  );
}

/** Envoy's bound. */
const LONGEST_FLUSH_MS = 299_999;

function hasOutput({ metrics, envoyMetrics }: AgentSettings['telemetry']): boolean {
  return envoyMetrics && metrics.exporters.length > 0;
}

/** One message with all statistics costs Envoy and the agent less than a datagram for each (docs/telemetry.md). */
const AGENT_SINK = {
  name: 'envoy.stat_sinks.open_telemetry',
  typedConfig: {
    '@type': 'type.googleapis.com/envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig',
    grpcService: { envoyGrpc: { clusterName: AGENT_CLUSTER } },
  },
};

function dogStatsdSink(dogStatsd: AgentSettings['stats']['dogStatsd']) {
  if (dogStatsd === undefined) return [];
  const address =
    dogStatsd.kind === 'pipe'
      ? { pipe: { path: dogStatsd.path } }
      : { socketAddress: { protocol: 'UDP', address: dogStatsd.host, portValue: dogStatsd.port } };
  return [
    {
      name: 'envoy.stat_sinks.dog_statsd',
      typedConfig: {
        '@type': 'type.googleapis.com/envoy.config.metrics.v3.DogStatsdSink',
        address,
      },
    },
  ];
}
