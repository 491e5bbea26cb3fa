import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ControlPlaneMessageSchema } from './generated/agent_pb.ts';

/** Encodes the revision of the model as a message of a control plane. */
export function encodeModelRevision(revision: number): Uint8Array {
  const content = { case: 'modelRevision' as const, value: { revision: BigInt(revision) } };
  return toBinary(ControlPlaneMessageSchema, create(ControlPlaneMessageSchema, { content }));
}

/** Decodes a message of a control plane. Undefined: it has other content. Throws on invalid bytes. */
export function decodeModelRevision(bytes: Uint8Array): number | undefined {
  const { content } = fromBinary(ControlPlaneMessageSchema, bytes, { readUnknownFields: false });
  return content.case === 'modelRevision' ? Number(content.value.revision) : undefined;
}
