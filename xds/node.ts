import type { JsonObject } from '@bufbuild/protobuf';
import type { Node } from '#envoy/envoy/config/core/v3/base_pb.ts';

/**
 * What is kept of the node that a proxy says it is. The list of its extensions, 60 kB of an Envoy's message, is not:
 * the generated type does not know the field.
 */
export type XdsNode = {
  readonly id: string;
  readonly cluster: string;
  readonly locality: { readonly region: string; readonly zone: string; readonly subZone: string } | undefined;
  readonly metadata: JsonObject;
  /** The client's own name and version, e.g. `envoy 1.40.0`. Empty when it says none. */
  readonly version: string;
  /** What of the protocol's options the client supports: its features that begin with `xds.config.`. */
  readonly features: readonly string[];
};

/** Keeps the parts of a node message that matter here. */
export function keepNode(node: Node): XdsNode {
  const { id, cluster, metadata, locality, clientFeatures } = node;
  return {
    id,
    cluster,
    metadata: metadata ?? {},
    version: [node.userAgentName, clientVersion(node)].filter((part) => part !== '').join(' '),
    features: clientFeatures.filter((feature) => feature.startsWith('xds.config.')),
    locality: locality && { region: locality.region, zone: locality.zone, subZone: locality.subZone },
  };
}

function clientVersion({ userAgentVersionType: version }: Node): string {
  if (version.case === 'userAgentVersion') return version.value;
  if (version.case !== 'userAgentBuildVersion') return '';
  const number = version.value.version;
  return number === undefined ? '' : `${number.majorNumber}.${number.minorNumber}.${number.patch}`;
}
