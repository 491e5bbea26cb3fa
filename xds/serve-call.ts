import type { Connection, Connections } from './connections.ts';
import { CallError } from './grpc/call-error.ts';
import type { CallReader, ServerCall } from './grpc/server-call.ts';
import { status, type CallEnd, type Status } from './grpc/status.ts';
import type { XdsNode } from './node.ts';
import { ExcessiveRequest, MalformedRequest } from './protocol/limits.ts';
import type { StallWatch } from './protocol/stalls.ts';
import { createStream, type XdsStream } from './protocol/stream.ts';
import type { Variant } from './protocol/variant.ts';
import type { XdsServerSettings } from './server-options.ts';
import type { Snapshot, TypeUrl } from './types.ts';
import type { UpdateQueue } from './update-queue.ts';
import type { DeltaRequest, SotwRequest } from './wire/request.ts';

/** The context that all calls of a server share. */
export type CallContext = {
  readonly settings: XdsServerSettings;
  readonly snapshots: ReadonlyMap<string, Snapshot>;
  readonly connections: Connections;
  readonly updates: UpdateQueue;
  readonly stalls: StallWatch<ServedCall>;
  /** Returns the number of the next stream. */
  readonly nextId: () => number;
};

/** The state of a call. `unidentified`: its first request, which names the node, was not read yet. */
type CallState =
  | { readonly kind: 'unidentified'; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'open'; readonly connection: Connection }
  | { readonly kind: 'closed' };

/** One call of a discovery service. */
export type ServedCall = {
  readonly call: ServerCall;
  readonly context: CallContext;
  state: CallState;
  /** Number of responses that were written and not flushed. */
  unflushed: number;
};

/** Serves one call in one variant. `onlyType`: the one type of a service that is not aggregated. */
export function serveCall<R extends SotwRequest | DeltaRequest>(
  variant: Variant<R>,
  onlyType: TypeUrl | undefined,
  call: ServerCall,
  context: CallContext,
): CallReader {
  const { settings, snapshots, stalls } = context;
  const served: ServedCall = { call, context, state: unidentified(call, settings), unflushed: 0 };
  const key = (): string | undefined => connectionOf(served)?.key;

  const stream: XdsStream = createStream(variant, ({ node }) => open(served, node, variant.name, stream), {
    snapshot() {
      const from = key();
      return from === undefined ? undefined : snapshots.get(from);
    },
    send({ typeUrl, encode }) {
      served.unflushed += 1;
      const to = key();
      if (to !== undefined) settings.onPush?.(to, typeUrl);
      stalls.waits(served);
      call.write(encode, flushed, progressed);
    },
    isFlushed: () => served.unflushed === 0,
    onAck(ack) {
      const connection = connectionOf(served);
      if (connection !== undefined) settings.onAck?.(connection.key, ack, connection);
    },
    stepTimeoutMs: settings.stepTimeoutMs,
    limits: settings.limits,
    onlyType,
  });

  /** Restarts the stall limit of a slow reader after a part of a response was flushed. */
  function progressed(): void {
    stalls.reads(served);
    stalls.waits(served);
  }

  function flushed(): void {
    served.unflushed -= 1;
    stalls.reads(served);
    if (served.unflushed > 0) stalls.waits(served);
    else if (served.state.kind === 'open' && stream.isBackpressured()) stream.update();
  }

  call.whenOver((end) => close(served, stream, end));
  return {
    message: (bytes) => receive(served, stream, bytes),
    halfClose: () => call.end(status.OK),
  };
}

/** Resets a stream whose client has stopped reading. */
export function dropStalled(served: ServedCall): void {
  const connection = connectionOf(served);
  served.call.reset();
  if (connection !== undefined) served.context.settings.onStall?.(connection.key, connection.node);
}

function unidentified(call: ServerCall, { firstRequestTimeoutMs }: XdsServerSettings): CallState {
  const timer = setTimeout(() => {
    call.end(status.DEADLINE_EXCEEDED, 'a stream without a first request');
  }, firstRequestTimeoutMs).unref();
  return { kind: 'unidentified', timer };
}

function connectionOf({ state }: ServedCall): Connection | undefined {
  return state.kind === 'open' ? state.connection : undefined;
}

// Registers the stream before its first configuration is computed, so that no change in between is lost.
function open(
  served: ServedCall,
  node: XdsNode | undefined,
  variant: Connection['variant'],
  stream: XdsStream,
): void {
  const { call, context } = served;
  if (node === undefined) {
    throw new CallError(
      status.INVALID_ARGUMENT,
      'the first request of a stream names its node, and this one does not',
    );
  }
  const key = context.settings.keyOf(node, call);
  const id = context.nextId();
  const { peer } = call.connection;
  const connection: Connection = { id, key, node, variant, peer, connectedAt: Date.now(), stream };
  if (served.state.kind === 'unidentified') clearTimeout(served.state.timer);
  served.state = { kind: 'open', connection };
  context.connections.add(connection);
  call.sendHeaders();
  context.settings.onStream?.('opened', key, node);
}

function receive(served: ServedCall, stream: XdsStream, bytes: Uint8Array): void {
  try {
    const typeUrl = stream.receive(bytes);
    const subscription = stream.types.get(typeUrl)?.subscription;
    const connection = connectionOf(served);
    if (connection === undefined || subscription === undefined) return;
    served.context.settings.onSubscription?.(connection.key, typeUrl, subscription);
  } catch (error) {
    throw CallError.from(error, codeOf(error));
  }
}

function close(served: ServedCall, stream: XdsStream, end: CallEnd | undefined): void {
  const { state, context } = served;
  served.state = { kind: 'closed' };
  context.updates.delete(stream);
  stream.close();
  // The status is queued behind responses that are not flushed.
  if (end === undefined || served.unflushed === 0) context.stalls.reads(served);
  if (state.kind === 'unidentified') clearTimeout(state.timer);
  if (state.kind !== 'open') return;
  const { key, node } = state.connection;
  context.connections.delete(state.connection);
  context.settings.onStream?.('closed', key, node);
}

function codeOf(error: unknown): Status | undefined {
  if (error instanceof MalformedRequest) return status.INVALID_ARGUMENT;
  return error instanceof ExcessiveRequest ? status.RESOURCE_EXHAUSTED : undefined;
}
