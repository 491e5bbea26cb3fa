import { isMereAck, takeAck } from './acks.ts';
import { identified, UNIDENTIFIED, type Conversation, type StreamWorld } from './conversation.ts';
import { createHeartbeatTimer } from './heartbeat.ts';
import { checkRequest, checkSubscriptions } from './limits.ts';
import { readRequest } from './read-request.ts';
import { sendDue, sendHeartbeats } from './send-due.ts';
import { settledIn, type Settled } from './settled.ts';
import { newTypeState, type TypeState } from './type-state.ts';
import type { Variant } from './variant.ts';
import type { TypeUrl } from '../types.ts';
import type { DeltaRequest, SotwRequest } from '../wire/request.ts';

/** One client's stream: its subscriptions, its resources, and the responses that are due. */
export type XdsStream = {
  /** Handles a request, sends all responses that become due, and returns the request's type. */
  receive(bytes: Uint8Array): TypeUrl;
  /** Sends the responses that a new snapshot makes due. */
  update(): void;
  settled(typeUrl: TypeUrl): Settled;
  /** Makes the next update send resources again that the client was sent before. */
  resend(typeUrl: TypeUrl, names: Iterable<string>): void;
  /** Whether a response waits for an earlier one to be flushed. */
  isBackpressured(): boolean;
  readonly types: ReadonlyMap<TypeUrl, TypeState>;
  close(): void;
};

/** Creates a stream in one of the two variants. `first` is called with the first request, before any response to it. */
export function createStream<R extends SotwRequest | DeltaRequest>(
  variant: Variant<R>,
  first: (request: R) => void,
  world: StreamWorld,
): XdsStream {
  const stream = begin(variant, world);
  let timer: NodeJS.Timeout | undefined;

  function update(): void {
    sendDue(stream);
    clearTimeout(timer);
    const { wakeAt } = stream.waits;
    if (wakeAt < Infinity) timer = setTimeout(update, Math.max(0, wakeAt - performance.now())).unref();
  }

  return {
    receive(bytes) {
      const request = readRequest(variant, bytes, world.onlyType);
      checkRequest(request, stream.types, world.limits);
      if (stream.state.kind === 'unidentified') {
        first(request);
        stream.state = identified(request, variant.name, world);
      }
      take(stream, request);
      update();
      return request.typeUrl;
    },
    update,
    types: stream.types,
    isBackpressured: () => stream.waits.isBackpressured,
    settled: (typeUrl) => settledIn(stream, world.snapshot(), typeUrl),
    resend(typeUrl, names) {
      const state = stream.types.get(typeUrl);
      if (state === undefined) return;
      for (const name of names) state.resend.add(name);
      state.complete = undefined;
    },
    close() {
      clearTimeout(timer);
      stream.heartbeats.close();
    },
  };
}

function begin(variant: Variant, world: StreamWorld): Conversation {
  const types = new Map<TypeUrl, TypeState>();
  const stream: Conversation = {
    variant,
    world,
    types,
    heartbeats: createHeartbeatTimer(types, () => sendHeartbeats(stream)),
    waits: { wakeAt: Infinity, isBackpressured: false },
    state: UNIDENTIFIED,
    nonces: 0,
  };
  return stream;
}

/** Settles the response that a request ACKs or NACKs, and applies the request's subscriptions. */
function take({ variant, world, types }: Conversation, request: SotwRequest | DeltaRequest): void {
  const state = types.get(request.typeUrl) ?? newTypeState(request.typeUrl);
  types.set(request.typeUrl, state);
  const ack = takeAck(state, request);
  const isNewest = ack?.isNewest === true;
  if (!isNewest || !isMereAck(state, request)) {
    state.complete = undefined;
    variant.subscribe(state, request, isNewest);
    checkSubscriptions(types, world.limits);
  }
  if (ack !== undefined) world.onAck(ack);
}
