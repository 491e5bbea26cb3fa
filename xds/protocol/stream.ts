import { expectAnswer, isMereAnswer, recordSent, takeAnswer, type Answer } from './acks.ts';
import { createHeartbeatTimer, heartbeatOf } from './heartbeat.ts';
import { checkRequest, checkSubscriptions, MalformedRequest, type StreamLimits } from './limits.ts';
import { ADDITION_ORDER, DEPENDENTS, REMOVAL_ORDER, WARMED_BY } from './order.ts';
import { additions, removals } from './plan.ts';
import type { DeltaRequest, OutgoingResponse, Response, SotwRequest } from '../wire/request.ts';
import { supportsTtl, type TtlForm } from './ttl.ts';
import { newTypeState, type TypeState } from './type-state.ts';
import { CLUSTER, type Snapshot, type TypeUrl } from '../types.ts';
import type { Variant } from './variant.ts';

/** What a stream needs of the world around it. */
export type StreamWorld = {
  /** The snapshot that is to be served now; undefined while there is none, and then nothing is answered. */
  snapshot(): Snapshot | undefined;
  send(message: OutgoingResponse): void;
  /** Whether all that was sent has left. Where it has not, a stream that is held up by it wants `update` once it has. */
  hasLeft(): boolean;
  onAnswer(answer: Answer): void;
  /** How long a step waits for its answer before the order goes on without it, in milliseconds. */
  readonly stepTimeoutMs: number;
  readonly limits: StreamLimits;
  /** The one type of a stream that is not aggregated; its requests may leave it out. */
  readonly onlyType?: TypeUrl | undefined;
};

/** How a type stands: not all of it answered yet, or answered as it now is. */
export type Settled = 'pending' | 'acknowledged' | 'refused';

/** One client's conversation: what it asked for, what it has, and what it is to be sent next. */
export type XdsStream = {
  /** Takes a request in, sends what it makes due, and answers which type it was about. */
  receive(bytes: Uint8Array): TypeUrl;
  /** Sends what a new snapshot makes due. */
  update(): void;
  settled(typeUrl: TypeUrl): Settled;
  /** Whether something waits for what was sent before it to leave. */
  isHeldUp(): boolean;
  readonly types: ReadonlyMap<TypeUrl, TypeState>;
  close(): void;
};

/** Starts a conversation in one of the two variants. */
export function createStream<R extends SotwRequest | DeltaRequest>(
  variant: Variant<R>,
  first: (request: R) => void,
  world: StreamWorld,
): XdsStream {
  const types = new Map<TypeUrl, TypeState>();
  const heartbeats = createHeartbeatTimer(types, beat);
  let nonces = 0;
  let started = false;
  let ttl: TtlForm | undefined;
  let removalsWaitUntil = 0;
  let timer: NodeJS.Timeout | undefined;
  let wakeAt = Infinity;
  let isHeldUp = false;

  function receive(bytes: Uint8Array): TypeUrl {
    const request = withType(decode(bytes));
    checkRequest(request, types, world.limits);
    if (!started) first(request);
    if (!started && request.node !== undefined && supportsTtl(request.node, variant.name))
      ttl = 'with content';
    started = true;
    // A client that comes back asks for one type after another: what its routes still need is known only then.
    if ('initialVersions' in request && types.size === 0 && world.onlyType === undefined) {
      if (Object.keys(request.initialVersions).length > 0)
        removalsWaitUntil = Date.now() + world.stepTimeoutMs;
    }
    const state = types.get(request.typeUrl) ?? newTypeState(request.typeUrl);
    types.set(request.typeUrl, state);
    const answer = takeAnswer(state, request);
    const isAnswered = answer?.isNewest === true;
    if (!isAnswered || !isMereAnswer(state, request)) {
      state.complete = undefined;
      variant.subscribe(state, request, isAnswered);
      checkSubscriptions(types, world.limits);
    }
    if (answer !== undefined) world.onAnswer(answer);
    update();
    return request.typeUrl;
  }

  function decode(bytes: Uint8Array): R {
    try {
      return variant.decode(bytes);
    } catch (error) {
      throw new MalformedRequest(`a request that is no ${variant.name} discovery request: ${String(error)}`, {
        cause: error,
      });
    }
  }

  function withType(request: R): R {
    const { onlyType } = world;
    if (onlyType === undefined) {
      if (request.typeUrl !== '') return request;
      throw new MalformedRequest('type_url is empty: on ADS each request names its type');
    }
    if (request.typeUrl === '' || request.typeUrl === onlyType) return { ...request, typeUrl: onlyType };
    const got = JSON.stringify(request.typeUrl.slice(0, 200));
    throw new MalformedRequest(`type_url ${got}: this service has ${onlyType} alone`);
  }

  /** Sends all that may go now: at most one unanswered response a type, and no step over an unanswered one. */
  function update(): void {
    wakeAt = Infinity;
    isHeldUp = false;
    const snapshot = world.snapshot();
    if (snapshot !== undefined) walk(snapshot);
    clearTimeout(timer);
    if (wakeAt < Infinity) timer = setTimeout(update, Math.max(0, wakeAt - Date.now())).unref();
  }

  function walk(snapshot: Snapshot): void {
    for (const typeUrl of types.keys())
      if (!ADDITION_ORDER.includes(typeUrl)) advance(typeUrl, snapshot, true);
    let isOwed = false;
    for (const typeUrl of ADDITION_ORDER) {
      advance(typeUrl, snapshot, !REMOVAL_ORDER.includes(typeUrl));
      isOwed ||= owesAnswer(typeUrl);
      // Envoy answers for its clusters when all are warm, and the new ones wait for their endpoints.
      if (isOwed && typeUrl !== CLUSTER) return;
    }
    for (const typeUrl of REMOVAL_ORDER) {
      if (!types.has(typeUrl)) continue;
      const dependents = DEPENDENTS.get(typeUrl) ?? [];
      if (dependents.every((dependent) => settledIn(snapshot, dependent) === 'acknowledged')) {
        advance(typeUrl, snapshot, true);
      }
      if (owesAnswer(typeUrl)) return;
    }
  }

  function advance(typeUrl: TypeUrl, snapshot: Snapshot, mayRemove: boolean): void {
    const state = types.get(typeUrl);
    const type = snapshot.get(typeUrl);
    if (state === undefined || type === undefined || state.complete === type || !maySend(state)) return;
    const due = variant.respond(state, type, mayRemove);
    if (due !== undefined) {
      const response: Response = { ...due, nonce: String(++nonces) };
      recordSent(state, response, mayRemove ? removals(state, type) : []);
      warm(typeUrl, response);
      heartbeats.sent(ttl === undefined ? [] : response.resources);
      send(response, ttl);
    }
    if (removals(state, type).length === 0) state.complete = type;
    // Of this list the client has a part, and of the one before no longer all.
    else if (due !== undefined) state.complete = undefined;
  }

  function send(response: Response, form?: TtlForm): void {
    world.send({ typeUrl: response.typeUrl, encode: () => variant.encode(response, form) });
  }

  /** What a changed cluster or listener makes the client wait for is due again. */
  function warm(typeUrl: TypeUrl, { resources }: Response): void {
    const warmed = types.get(WARMED_BY.get(typeUrl) ?? '');
    if (warmed === undefined || resources.length === 0) return;
    for (const name of warmed.subscription.names) warmed.forced.add(name);
    warmed.complete = undefined;
  }

  function maySend(state: TypeState): boolean {
    if (state.outstanding === undefined) return true;
    if (owesAnswer(state.typeUrl)) return false;
    isHeldUp ||= !world.hasLeft();
    return !isHeldUp;
  }

  /** Whether there is an answer to wait for; what waits for it is looked at again when the time limit has passed. */
  function owesAnswer(typeUrl: TypeUrl): boolean {
    const outstanding = types.get(typeUrl)?.outstanding;
    if (outstanding === undefined || outstanding.late) return false;
    outstanding.late = !waitUntil(outstanding.sentAt + world.stepTimeoutMs);
    return !outstanding.late;
  }

  function waitUntil(time: number): boolean {
    if (Date.now() >= time) return false;
    wakeAt = Math.min(wakeAt, time);
    return true;
  }

  function settledIn(snapshot: Snapshot | undefined, typeUrl: TypeUrl): Settled {
    const state = types.get(typeUrl);
    if (state === undefined) return waitUntil(removalsWaitUntil) ? 'pending' : 'acknowledged';
    const type = snapshot?.get(typeUrl);
    if (type === undefined || isUnanswered(state) || state.answerDue) return 'pending';
    if (state.complete !== type) {
      const { resources, absent } = additions(state, type);
      if (resources.length + absent.length + removals(state, type).length > 0) return 'pending';
    }
    return state.refused === undefined ? 'acknowledged' : 'refused';
  }

  /** Refreshes what has a time to live, unless the client is being sent something else. */
  function beat(): void {
    for (const state of types.values()) {
      const heartbeat = heartbeatOf(state, variant.name);
      if (heartbeat === undefined || !maySend(state)) continue;
      const { resources, form } = heartbeat;
      const version = state.lastVersion;
      const response = { typeUrl: state.typeUrl, version, nonce: String(++nonces), resources, removed: [] };
      expectAnswer(state, response);
      send(response, form);
    }
  }

  return {
    receive,
    update,
    types,
    isHeldUp: () => isHeldUp,
    settled: (typeUrl) => settledIn(world.snapshot(), typeUrl),
    close() {
      clearTimeout(timer);
      heartbeats.close();
    },
  };
}

/** An Envoy that no longer watches anything does not answer a response without resources (state of the world). */
function isUnanswered({ outstanding }: TypeState): boolean {
  return outstanding !== undefined && !(outstanding.late && outstanding.names.length === 0);
}
