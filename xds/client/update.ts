import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { DeltaDiscoveryResponseSchema } from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import type { Resource, TypeUrl } from '../types.ts';

/** What a server sent: resources that are new or changed, names that are gone. To be answered with `answer`. */
export type DeltaUpdate = {
  readonly typeUrl: TypeUrl;
  readonly nonce: string;
  readonly version: string;
  readonly resources: readonly Resource[];
  readonly removed: readonly string[];
};

/** Decodes a `DeltaDiscoveryResponse`. Throws on bytes that are none. */
export function readUpdate(bytes: Uint8Array): DeltaUpdate {
  const message = fromBinary(DeltaDiscoveryResponseSchema, bytes);
  const resources = message.resources.flatMap(({ name, version, resource }): Resource[] =>
    resource === undefined ? [] : [{ name, version, any: toBinary(AnySchema, resource) }],
  );
  const { typeUrl, nonce, systemVersionInfo: version, removedResources: removed } = message;
  return { typeUrl, nonce, version, resources, removed };
}
