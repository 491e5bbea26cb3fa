import type { MessageInitShape } from '@bufbuild/protobuf';
import type { MetadataSchema } from '#envoy/envoy/config/core/v3/base_pb.ts';

/** The metadata of an endpoint that takes mutual TLS, by which Envoy chooses the socket. */
export const MUTUAL = { daybreak: 'mtls' } as const;

/** Returns the metadata of an endpoint with or without the mark, as fields of it. */
export function marked(isMutual: boolean): { metadata?: MessageInitShape<typeof MetadataSchema> } {
  return isMutual ? { metadata: { filterMetadata: { 'envoy.transport_socket_match': MUTUAL } } } : {};
}
