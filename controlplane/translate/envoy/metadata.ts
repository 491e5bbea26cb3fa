import type { JsonObject, MessageInitShape } from '@bufbuild/protobuf';
import { LISTENER_NAMES, type ListenerNames } from '../../../common/contracts/listener-names.ts';
import { LOOPBACK_BACKEND, type LoopbackBackend } from '../../../common/contracts/loopback-backend.ts';
import type { Metadata, MetadataSchema } from '#envoy/envoy/config/core/v3/base_pb.ts';

/** Envoy's form of metadata. */
export type MetadataInit = Exclude<MessageInitShape<typeof MetadataSchema>, { $typeName: string }>;

/** The namespace of the metadata of App Mesh's metrics extension. */
export const AGGREGATE_STATS = 'aws.appmesh.aggregate_stats';

/**
 * Returns the tags that App Mesh's metrics extension put on statistics, in its own format: a JSON text within `filter_metadata`.
 * Envoy itself ignores it. `readable`: also as fields, which Envoy's access loggers can read.
 */
export function aggregateStats(tags: Readonly<Record<string, string>>, readable = false): MetadataInit {
  const list = Object.entries(tags).map(([key, value]) => ({ key, value }));
  const config = JSON.stringify({ tags: list });
  return { filterMetadata: { [AGGREGATE_STATS]: { config, ...(readable ? tags : {}) } } };
}

/** Adds the names of a listener, if any; they are for an agent, which removes them before Envoy sees them. */
export function withNames(metadata: MetadataInit, names: ListenerNames): MetadataInit {
  if (Object.keys(names).length === 0) return metadata;
  const struct = JSON.parse(JSON.stringify(names)) as JsonObject;
  return { filterMetadata: { ...metadata.filterMetadata, [LISTENER_NAMES]: struct } };
}

/** Adds the backend of a listener on loopback, if it is one. */
export function withBackend(metadata: MetadataInit, backend: LoopbackBackend | undefined): MetadataInit {
  if (backend === undefined) return metadata;
  return { filterMetadata: { ...metadata.filterMetadata, [LOOPBACK_BACKEND]: { ...backend } } };
}

/** Reads the tags from a message's metadata; empty if it has none. */
export function readTags(metadata: Metadata | undefined): Readonly<Record<string, string>> {
  const config = metadata?.filterMetadata[AGGREGATE_STATS]?.['config'];
  if (typeof config !== 'string') return {};
  const { tags } = JSON.parse(config) as { tags: readonly { key: string; value: string }[] };
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}
