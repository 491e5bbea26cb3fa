import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Metadata, MetadataSchema } from '#envoy/envoy/config/core/v3/base_pb.ts';

/**
 * The tags that App Mesh's metric extension put on statistics, in its own form: a JSON text within `filter_metadata`.
 * Envoy itself passes over them.
 */
export function aggregateStats(
  tags: Readonly<Record<string, string>>,
): MessageInitShape<typeof MetadataSchema> {
  const list = Object.entries(tags).map(([key, value]) => ({ key, value }));
  return { filterMetadata: { [EXTENSION]: { config: JSON.stringify({ tags: list }) } } };
}

/** The tags back from a message's metadata; none where it has none. */
export function readTags(metadata: Metadata | undefined): Readonly<Record<string, string>> {
  const config = metadata?.filterMetadata[EXTENSION]?.['config'];
  if (typeof config !== 'string') return {};
  const { tags } = JSON.parse(config) as { tags: readonly { key: string; value: string }[] };
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}

const EXTENSION = 'aws.appmesh.aggregate_stats';
