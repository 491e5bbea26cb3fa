import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { AnySchema, anyPack, durationFromMs } from '@bufbuild/protobuf/wkt';
import {
  ResourceSchema,
  type Resource as ResourceMessage,
} from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import type { XdsNode } from '../node.ts';
import type { Resource } from '../types.ts';

/** How resources of a response are written that have a time to live; the others are written as always. */
export type TtlForm = 'with content' | 'heartbeat';

const SUPPORTS_TTL = 'xds.config.supports-resource-ttl';
const SUPPORTS_WRAPPED = 'xds.config.supports-resource-in-sotw';

/** How many heartbeats a resource is sent before its time is over. */
const HEARTBEATS = 3;

/** Whether a client is to be told of times to live ("TTL" in Envoy's xDS protocol text). */
export function supportsTtl({ features }: XdsNode, variant: 'delta' | 'sotw'): boolean {
  return features.includes(SUPPORTS_TTL) && (variant === 'delta' || features.includes(SUPPORTS_WRAPPED));
}

/** When those of these resources that have a time to live are to be refreshed, in milliseconds; Infinity when none has. */
export function heartbeatAfter(resources: Iterable<Resource>): number {
  let shortest = Infinity;
  for (const { ttlMs = Infinity } of resources) shortest = Math.min(shortest, ttlMs);
  return shortest / HEARTBEATS;
}

/** An `envoy.service.discovery.v3.Resource` with a time to live; a heartbeat refreshes that, and has no content. */
export function deltaResourceWithTtl(resource: Resource, form: TtlForm): Uint8Array {
  return toBinary(ResourceSchema, resourceMessage(resource, resource.version, form));
}

/**
 * The same in a `google.protobuf.Any`, as state of the world has it. Its version is that of the response: Envoy knows a
 * heartbeat by that.
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
