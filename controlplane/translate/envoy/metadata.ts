import type { MessageInitShape } from '@bufbuild/protobuf';
import type { MetadataSchema } from '#envoy/envoy/config/core/v3/base_pb.ts';

/**
 * The tags that App Mesh's metric extension put on statistics, in its own form: a JSON text within `filter_metadata`.
 * Envoy itself passes over them.
 */
export function aggregateStats(
  tags: Readonly<Record<string, string>>,
): MessageInitShape<typeof MetadataSchema> {
  const list = Object.entries(tags).map(([key, value]) => ({ key, value }));
  return { filterMetadata: { 'aws.appmesh.aggregate_stats': { config: JSON.stringify({ tags: list }) } } };
}
