import { isMereAck, takeAck } from './acks.ts';
import { identified, UNIDENTIFIED, type Conversation, type StreamWorld } from './conversation.ts';
import { checkRequest, checkSubscriptions } from './limits.ts';
import { readRequest } from './read-request.ts';
import { sendDue } from './send-due.ts';
import { settledIn, type Settled } from './settled.ts';
import { newTypeState, type TypeState } from './type-state.ts';
import type { Variant } from './variant.ts';
import type { TypeUrl } from '../types.ts';
import type { DeltaRequest, SotwRequest } from '../wire/request.ts';

/**
 * One client's stream in one of the two variants: its subscriptions, its resources, and the responses that are due. A class, because a
 * server has thousands: each closure of each would take memory.
 */
export class XdsStream<R extends SotwRequest | DeltaRequest = SotwRequest | DeltaRequest> {
  readonly #variant: Variant<R>;
  readonly #stream: Conversation;
  #timer: NodeJS.Timeout | undefined;

  /** Creates a stream without subscriptions. */
  constructor(variant: Variant<R>, world: StreamWorld) {
    this.#variant = variant;
    this.#stream = {
      variant,
      world,
      types: new Map(),
      heartbeats: undefined,
      waits: { wakeAt: Infinity, isBackpressured: false },
      state: UNIDENTIFIED,
      nonces: 0,
    };
  }

  get types(): ReadonlyMap<TypeUrl, TypeState> {
    return this.#stream.types;
  }

  /** Handles a request, sends all responses that become due, and returns the request's type. */
  receive(bytes: Uint8Array): TypeUrl {
    const stream = this.#stream;
    const { world, types, variant } = stream;
    const request = readRequest(this.#variant, bytes, world.onlyType);
    checkRequest(request, types, world.limits);
    if (stream.state.kind === 'unidentified') {
      world.identify(request.node, variant.name);
      stream.state = identified(request, variant.name, world);
    }
    take(stream, request);
    this.update();
    return request.typeUrl;
  }

  /** Sends the responses that a new snapshot makes due. */
  update(): void {
    sendDue(this.#stream);
    clearTimeout(this.#timer);
    const { wakeAt } = this.#stream.waits;
    if (wakeAt < Infinity)
      this.#timer = setTimeout(update, Math.max(0, wakeAt - performance.now()), this).unref();
  }

  settled(typeUrl: TypeUrl): Settled {
    return settledIn(this.#stream, this.#stream.world.snapshot(), typeUrl);
  }

  /** Makes the next update send resources again that the client was sent before. */
  resend(typeUrl: TypeUrl, names: Iterable<string>): void {
    const state = this.#stream.types.get(typeUrl);
    if (state === undefined) return;
    for (const name of names) state.resend.add(name);
    state.complete = undefined;
  }

  /** Whether a response waits for an earlier one to be flushed. */
  isBackpressured(): boolean {
    return this.#stream.waits.isBackpressured;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#stream.heartbeats?.close();
  }
}

const update = (stream: XdsStream): void => stream.update();

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
