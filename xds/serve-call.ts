import type { Connection, Connections } from './connections.ts';
import { CallError } from './grpc/call-error.ts';
import type { CallReader, ServerCall, WriteProgress } from './grpc/server-call.ts';
import { status, type CallEnd, type Status } from './grpc/status.ts';
import type { XdsNode } from './node.ts';
import type { Ack } from './protocol/acks.ts';
import type { StreamWorld } from './protocol/conversation.ts';
import { ExcessiveRequest, MalformedRequest, type StreamLimits } from './protocol/limits.ts';
import type { StallWatch } from './protocol/stalls.ts';
import { XdsStream } from './protocol/stream.ts';
import type { Variant } from './protocol/variant.ts';
import type { XdsServerSettings } from './server-options.ts';
import type { Snapshot, TypeUrl } from './types.ts';
import type { UpdateQueue } from './update-queue.ts';
import type { DeltaRequest, OutgoingResponse, SotwRequest } from './wire/request.ts';

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

/** Serves one call in one variant. `onlyType`: the one type of a service that is not aggregated. */
export function serveCall<R extends SotwRequest | DeltaRequest>(
  variant: Variant<R>,
  onlyType: TypeUrl | undefined,
  call: ServerCall,
  context: CallContext,
): CallReader {
  return new ServedCall(variant, onlyType, call, context);
}

/** One call of a discovery service. A class, because a server has thousands: each closure of each would take memory. */
export class ServedCall<R extends SotwRequest | DeltaRequest = SotwRequest | DeltaRequest>
  implements CallReader, StreamWorld, WriteProgress
{
  readonly onlyType: TypeUrl | undefined;
  readonly #call: ServerCall;
  readonly #context: CallContext;
  readonly #stream: XdsStream<R>;
  #state: CallState;
  /** Number of responses that were written and not flushed. */
  #unflushed = 0;

  constructor(variant: Variant<R>, onlyType: TypeUrl | undefined, call: ServerCall, context: CallContext) {
    this.onlyType = onlyType;
    this.#call = call;
    this.#context = context;
    this.#state = unidentified(call, context.settings);
    this.#stream = new XdsStream(variant, this);
    call.whenOver((end) => this.#close(end));
  }

  get stepTimeoutMs(): number {
    return this.#context.settings.stepTimeoutMs;
  }

  get limits(): StreamLimits {
    return this.#context.settings.limits;
  }

  message(bytes: Uint8Array): void {
    try {
      const typeUrl = this.#stream.receive(bytes);
      const subscription = this.#stream.types.get(typeUrl)?.subscription;
      const connection = this.#connection();
      if (connection === undefined || subscription === undefined) return;
      this.#context.settings.onSubscription?.(connection.key, typeUrl, subscription);
    } catch (error) {
      throw CallError.from(error, codeOf(error));
    }
  }

  halfClose(): void {
    this.#call.end(status.OK);
  }

  snapshot(): Snapshot | undefined {
    const connection = this.#connection();
    return connection && this.#context.snapshots.get(connection.key);
  }

  send({ typeUrl, encode }: OutgoingResponse): void {
    this.#unflushed += 1;
    const connection = this.#connection();
    if (connection !== undefined) this.#context.settings.onPush?.(connection.key, typeUrl);
    this.#context.stalls.waits(this);
    this.#call.write(encode, this);
  }

  isFlushed(): boolean {
    return this.#unflushed === 0;
  }

  onAck(ack: Ack): void {
    const connection = this.#connection();
    if (connection !== undefined) this.#context.settings.onAck?.(connection.key, ack, connection);
  }

  left(): void {
    this.#unflushed -= 1;
    this.#context.stalls.reads(this);
    if (this.#unflushed > 0) this.#context.stalls.waits(this);
    else if (this.#state.kind === 'open' && this.#stream.isBackpressured()) this.#stream.update();
  }

  /** Restarts the stall limit of a slow reader. */
  moved(): void {
    this.#context.stalls.reads(this);
    this.#context.stalls.waits(this);
  }

  /** Resets the stream of a client that has stopped reading. */
  drop(): void {
    const connection = this.#connection();
    this.#call.reset();
    if (connection !== undefined) this.#context.settings.onStall?.(connection.key, connection.node);
  }

  // Registers the stream before its first configuration is computed, so that no change in between is lost.
  identify(node: XdsNode | undefined, variant: Connection['variant']): void {
    if (node === undefined) {
      throw new CallError(
        status.INVALID_ARGUMENT,
        'the first request of a stream names its node, and this one does not',
      );
    }
    const { settings, connections, nextId } = this.#context;
    const call = this.#call;
    const key = settings.keyOf(node, call);
    const id = nextId();
    const { peer } = call.connection;
    const stream = this.#stream;
    const [connectedAt, since] = [Date.now(), performance.now()];
    const connection: Connection = { id, key, node, variant, peer, connectedAt, since, stream };
    if (this.#state.kind === 'unidentified') clearTimeout(this.#state.timer);
    this.#state = { kind: 'open', connection };
    connections.add(connection);
    call.sendHeaders();
    settings.onStream?.('opened', key, node);
  }

  #connection(): Connection | undefined {
    return this.#state.kind === 'open' ? this.#state.connection : undefined;
  }

  #close(end: CallEnd | undefined): void {
    const state = this.#state;
    const { updates, stalls, connections, settings } = this.#context;
    this.#state = { kind: 'closed' };
    updates.delete(this.#stream);
    this.#stream.close();
    // The status is queued behind responses that are not flushed.
    if (end === undefined || this.#unflushed === 0) stalls.reads(this);
    if (state.kind === 'unidentified') clearTimeout(state.timer);
    if (state.kind !== 'open') return;
    const { key, node } = state.connection;
    connections.delete(state.connection);
    settings.onStream?.('closed', key, node);
  }
}

function unidentified(call: ServerCall, { firstRequestTimeoutMs }: XdsServerSettings): CallState {
  const timer = setTimeout(() => {
    call.end(status.DEADLINE_EXCEEDED, 'a stream without a first request');
  }, firstRequestTimeoutMs).unref();
  return { kind: 'unidentified', timer };
}

function codeOf(error: unknown): Status | undefined {
  if (error instanceof MalformedRequest) return status.INVALID_ARGUMENT;
  return error instanceof ExcessiveRequest ? status.RESOURCE_EXHAUSTED : undefined;
}
