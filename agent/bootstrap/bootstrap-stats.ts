import type { AgentSettings } from '../settings/settings.ts';
import type { StatsSettings } from '../settings/envoy-settings.ts';

/** The tags that App Mesh took out of the names of statistics, by what follows `ingress.` in a name; dashboards know them. */
const EXTRACTED = [
  { tagName: 'appmesh.listener_protocol', after: String.raw`((\w+?)\.)[0-9]+?\.(.+?)$` },
  { tagName: 'appmesh.listener_port', after: String.raw`\w+?\.(([0-9]+?)\.)(.+?)$` },
  { tagName: 'envoy_rds_route_config', after: String.raw`\w+?\.[0-9]+?\.rds\.((.*?)\.)(.+?)$` },
];

/**
 * Where `ingress.` stands in the names that have it. App Mesh looked for it anywhere in any name, and so Envoy's main
 * thread spent 17 to 90 ms a cluster on names that cannot match; a literal first word lets Envoy pass over all others.
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
 * Names of the model that hold dots, in the names of statistics: Envoy ends a cluster's name at its first dot, and would make
 * of the rest a Prometheus metric of its own for each node. The parenthesis around `cluster` keeps Envoy from filing the
 * expression under that word, where its own tag of this name comes first; for a cluster without dots it costs 0.8 ms, once.
 */
const NAMES_WITH_DOTS = [
  {
    tagName: 'envoy.cluster_name',
    regex: String.raw`^(?:cluster)\.((cds_[^.]*\..+_(?:(?:http2?|grpc|tcp)_[0-9]+|amazonaws|mesh-allow-all))\.)`,
  },
  { tagName: 'envoy_extension_config', regex: String.raw`^extension_config_discovery\.\w+\.((.+)\.)\w+$` },
  { tagName: 'envoy_sds_secret', regex: String.raw`^sds\.((.+)\.)\w+$` },
];

const RESOURCE_TAG = { virtualNode: 'appmesh.virtual_node', virtualGateway: 'appmesh.virtual_gateway' };

/**
 * Tags: those of the mesh and the resource first, where they are asked for. DogStatsD's metrics have their names from the tags
 * too, and there App Mesh's names stay, dots and all.
 */
export function statsConfig({ resource, stats }: AgentSettings) {
  const fixed = [
    { tagName: 'appmesh.mesh', fixedValue: resource.mesh },
    { tagName: RESOURCE_TAG[resource.kind], fixedValue: resource.name },
  ];
  const dotted = stats.dogStatsd === undefined ? NAMES_WITH_DOTS : [];
  return { statsTags: [...(stats.resourceTags ? fixed : []), ...extracted, ...dotted] };
}

/** The sink for DogStatsD, or nothing. */
export function statsSinks({ dogStatsd }: StatsSettings) {
  if (dogStatsd === undefined) return {};
  const address =
    dogStatsd.kind === 'pipe'
      ? { pipe: { path: dogStatsd.path } }
      : { socketAddress: { protocol: 'UDP', address: dogStatsd.address, portValue: dogStatsd.port } };
  return {
    statsSinks: [
      {
        name: 'envoy.stat_sinks.dog_statsd',
        typedConfig: {
          '@type': 'type.googleapis.com/envoy.config.metrics.v3.DogStatsdSink',
          address,
        },
      },
    ],
  };
}
