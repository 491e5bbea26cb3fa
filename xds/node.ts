import type { JsonObject } from '@bufbuild/protobuf';
import type { Node } from '#envoy/envoy/config/core/v3/base_pb.ts';

/**
 * The parts of a proxy's node message that the server keeps. The list of extensions, 60 kB of an Envoy's message, is not
 * kept: the generated type lacks the field.
 */
export type XdsNode = {
  readonly id: string;
  readonly cluster: string;
  readonly locality: { readonly region: string; readonly zone: string; readonly subZone: string } | undefined;
  readonly metadata: JsonObject;
  /** The client's name and version as it reports them, e.g. `envoy 1.40.0`. Empty if it reports none. */
  readonly version: string;
  /** Protocol options that the client supports: its features that begin with `xds.config.`. */
  readonly features: readonly string[];
};

/** Extracts the parts of a node message that the server uses. */
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
