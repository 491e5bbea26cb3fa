import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { DeltaDiscoveryResponseSchema } from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import type { Resource, TypeUrl } from '../types.ts';

/** An update from a server: resources that are new or changed, and removed names. ACK or NACK it with `answer`. */
export type DeltaUpdate = {
  readonly typeUrl: TypeUrl;
  readonly nonce: string;
  readonly version: string;
  readonly resources: readonly Resource[];
  readonly removed: readonly string[];
};

/** Decodes a `DeltaDiscoveryResponse`. Throws on invalid bytes. */
export function readUpdate(bytes: Uint8Array): DeltaUpdate {
  const message = fromBinary(DeltaDiscoveryResponseSchema, bytes);
  const resources = message.resources.flatMap(({ name, version, resource }): Resource[] =>
    resource === undefined ? [] : [{ name, version, any: toBinary(AnySchema, resource) }],
  );
  const { typeUrl, nonce, systemVersionInfo: version, removedResources: removed } = message;
  return { typeUrl, nonce, version, resources, removed };
}
