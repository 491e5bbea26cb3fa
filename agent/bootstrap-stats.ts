import type { AgentSettings } from './settings.ts';
import type { StatsSettings } from './envoy-settings.ts';

/** The tags that App Mesh took out of the names of statistics; dashboards know them. */
const EXTRACTED = [
  { tagName: 'appmesh.listener_protocol', regex: String.raw`.*?\.ingress\.((\w+?)\.)[0-9]+?\.(.+?)$` },
  { tagName: 'appmesh.listener_port', regex: String.raw`.*?\.ingress\.\w+?\.(([0-9]+?)\.)(.+?)$` },
  {
    tagName: 'envoy_rds_route_config',
    regex: String.raw`.*?\.ingress\.\w+?\.[0-9]+?\.rds\.((.*?)\.)(.+?)$`,
  },
];

const RESOURCE_TAG = { virtualNode: 'appmesh.virtual_node', virtualGateway: 'appmesh.virtual_gateway' };

/** Tags: those of the mesh and the resource first, where they are asked for. */
export function statsConfig({ resource, stats }: AgentSettings) {
  const fixed = [
    { tagName: 'appmesh.mesh', fixedValue: resource.mesh },
    { tagName: RESOURCE_TAG[resource.kind], fixedValue: resource.name },
  ];
  return { statsTags: [...(stats.resourceTags ? fixed : []), ...EXTRACTED] };
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
