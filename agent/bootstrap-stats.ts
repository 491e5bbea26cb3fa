import type { AgentSettings } from './settings.ts';
import type { StatsSettings } from './envoy-settings.ts';

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

const RESOURCE_TAG = { virtualNode: 'appmesh.virtual_node', virtualGateway: 'appmesh.virtual_gateway' };

/** Tags: those of the mesh and the resource first, where they are asked for. */
export function statsConfig({ resource, stats }: AgentSettings) {
  const fixed = [
    { tagName: 'appmesh.mesh', fixedValue: resource.mesh },
    { tagName: RESOURCE_TAG[resource.kind], fixedValue: resource.name },
  ];
  return { statsTags: [...(stats.resourceTags ? fixed : []), ...extracted] };
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
