import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ControlPlaneMessageSchema, RenewalSchema } from './generated/agent_pb.ts';

/** Tells an agent which certificates are up to date: those of this generation of the authority. */
export type Renewal = {
  readonly generation: number;
  /** The time over which agents spread their renewals, in seconds. */
  readonly spreadSeconds: number;
};

/** Encodes a message of a control plane. */
export function encodeRenewal(renewal: Renewal): Uint8Array {
  const message = create(ControlPlaneMessageSchema, {
    content: { case: 'renewal', value: create(RenewalSchema, renewal) },
  });
  return toBinary(ControlPlaneMessageSchema, message);
}

/** Decodes a message of a control plane. Undefined: it has other content. Throws on invalid bytes. */
export function decodeRenewal(bytes: Uint8Array): Renewal | undefined {
  const { content } = fromBinary(ControlPlaneMessageSchema, bytes, { readUnknownFields: false });
  if (content.case !== 'renewal') return undefined;
  const { generation, spreadSeconds } = content.value;
  return { generation, spreadSeconds };
}
