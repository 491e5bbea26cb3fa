import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { AnySchema, anyPack, durationFromMs } from '@bufbuild/protobuf/wkt';
import {
  ResourceSchema,
  type Resource as ResourceMessage,
} from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import type { XdsNode } from '../node.ts';
import type { Resource } from '../types.ts';

/** The encoding of resources with a time to live; other resources are encoded as usual. */
export type TtlForm = 'with content' | 'heartbeat';

const SUPPORTS_TTL = 'xds.config.supports-resource-ttl';
const SUPPORTS_WRAPPED = 'xds.config.supports-resource-in-sotw';

/** Heartbeats per time to live. */
const HEARTBEATS = 3;

/** Whether a client supports times to live ("TTL" in Envoy's xDS protocol text). */
export function supportsTtl({ features }: XdsNode, variant: 'delta' | 'sotw'): boolean {
  return features.includes(SUPPORTS_TTL) && (variant === 'delta' || features.includes(SUPPORTS_WRAPPED));
}

/** Returns after how many milliseconds to refresh the resources with a time to live; Infinity if none has one. */
export function heartbeatAfter(resources: Iterable<Resource>): number {
  let shortest = Infinity;
  for (const { ttlMs = Infinity } of resources) shortest = Math.min(shortest, ttlMs);
  return shortest / HEARTBEATS;
}

/** Encodes an `envoy.service.discovery.v3.Resource` with a time to live. A heartbeat refreshes it, and has no content. */
export function deltaResourceWithTtl(resource: Resource, form: TtlForm): Uint8Array {
  return toBinary(ResourceSchema, resourceMessage(resource, resource.version, form));
}

/**
 * Encodes the same message in a `google.protobuf.Any`, for state of the world. Its version is that of the response: Envoy
 * recognizes a heartbeat by that.
 */
export function sotwResourceWithTtl(resource: Resource, version: string, form: TtlForm): Uint8Array {
  return toBinary(AnySchema, anyPack(ResourceSchema, resourceMessage(resource, version, form)));
}

function resourceMessage(
  { name, any, ttlMs = 0 }: Resource,
  version: string,
  form: TtlForm,
): ResourceMessage {
  return create(ResourceSchema, {
    name,
    version,
    ttl: durationFromMs(ttlMs),
    ...(form === 'heartbeat' ? {} : { resource: fromBinary(AnySchema, any) }),
  });
}
