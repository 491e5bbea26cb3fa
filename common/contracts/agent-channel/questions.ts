import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ControlPlaneMessageSchema } from './generated/agent_pb.ts';

/** A message from a control plane: reports of load are wanted each `intervalMs`, none with 0; or latencies are. */
export type Question =
  | { readonly kind: 'watch load'; readonly intervalMs: number }
  | { readonly kind: 'ask latencies'; readonly ask: number; readonly clusters: readonly string[] };

/** Encodes a message from a control plane. */
export function encodeQuestion(question: Question): Uint8Array {
  const content =
    question.kind === 'watch load'
      ? { case: 'watchLoad' as const, value: { intervalMs: question.intervalMs } }
      : { case: 'askLatencies' as const, value: { ask: question.ask, clusters: [...question.clusters] } };
  return toBinary(ControlPlaneMessageSchema, create(ControlPlaneMessageSchema, { content }));
}

/** Decodes a message from a control plane; undefined if it has other content, from a newer one. Throws on invalid bytes. */
export function decodeQuestion(bytes: Uint8Array): Question | undefined {
  const { content } = fromBinary(ControlPlaneMessageSchema, bytes, { readUnknownFields: false });
  if (content.case === 'watchLoad') return { kind: 'watch load', intervalMs: content.value.intervalMs };
  if (content.case === 'askLatencies') {
    const { ask, clusters } = content.value;
    return { kind: 'ask latencies', ask, clusters };
  }
  return undefined;
}
