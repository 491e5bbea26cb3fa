import { ADDITION_ORDER, DEPENDENTS, REMOVAL_ORDER, WARMED_BY } from './order.ts';
import { additions, removals } from './plan.ts';
import type { DeltaRequest, Response, SotwRequest } from './request.ts';
import { newTypeState, type TypeState } from './type-state.ts';
import type { Snapshot, TypeUrl } from './types.ts';
import type { Variant } from './variant.ts';

/** The answer to one response: acknowledged, or refused in the client's words. */
export type Answer = {
  readonly typeUrl: TypeUrl;
  readonly version: string;
  readonly error: string | undefined;
};

/** What a stream needs of the world around it. */
export type StreamWorld = {
  /** The snapshot that is to be served now; undefined while there is none, and then nothing is answered. */
  snapshot(): Snapshot | undefined;
  send(bytes: Buffer): void;
  onAnswer(answer: Answer): void;
  /** How long a step waits for its answer before the order goes on without it, in milliseconds. */
  readonly stepTimeoutMs: number;
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
  readonly types: ReadonlyMap<TypeUrl, TypeState>;
  close(): void;
};

/** A request that cannot be served; the stream ends with INVALID_ARGUMENT. */
export class MalformedRequest extends Error {}

/** Starts a conversation in one of the two variants. */
export function createStream<R extends SotwRequest | DeltaRequest>(
  variant: Variant<R>,
  first: (request: R) => void,
  world: StreamWorld,
): XdsStream {
  const types = new Map<TypeUrl, TypeState>();
  let nonces = 0;
  let started = false;
  let removalsWaitUntil = 0;
  let stepTimer: NodeJS.Timeout | undefined;

  function receive(bytes: Uint8Array): TypeUrl {
    const request = decode(bytes);
    if (!started) first(request);
    started = true;
    // A client that comes back asks for one type after another: what its routes still need is known only then.
    if ('initialVersions' in request && Object.keys(request.initialVersions).length > 0 && types.size === 0) {
      removalsWaitUntil = Date.now() + world.stepTimeoutMs;
    }
    if (request.typeUrl === '')
      throw new MalformedRequest('type_url is empty: on ADS each request names its type');
    const state = types.get(request.typeUrl) ?? newTypeState(request.typeUrl);
    types.set(request.typeUrl, state);
    const answer = takeAnswer(state, request);
    if (!isMereAnswer(state, request, answer)) state.complete = undefined;
    variant.subscribe(state, request, answer !== undefined);
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

  /** Sends all that may go now: at most one unanswered response a type, and no step over an unanswered one. */
  function update(): void {
    clearTimeout(stepTimer);
    const snapshot = world.snapshot();
    if (snapshot === undefined) return;
    for (const typeUrl of types.keys())
      if (!ADDITION_ORDER.includes(typeUrl)) advance(typeUrl, snapshot, true);
    for (const typeUrl of ADDITION_ORDER) {
      advance(typeUrl, snapshot, !REMOVAL_ORDER.includes(typeUrl));
      if (waitsFor(typeUrl)) return;
    }
    for (const typeUrl of REMOVAL_ORDER) {
      if (!types.has(typeUrl)) continue;
      const dependents = DEPENDENTS.get(typeUrl) ?? [];
      if (dependents.every((dependent) => settledIn(snapshot, dependent) === 'acknowledged')) {
        advance(typeUrl, snapshot, true);
      }
      if (waitsFor(typeUrl)) return;
    }
  }

  function advance(typeUrl: TypeUrl, snapshot: Snapshot, mayRemove: boolean): void {
    const state = types.get(typeUrl);
    const type = snapshot.get(typeUrl);
    if (state === undefined || type === undefined || state.outstanding !== undefined) return;
    if (state.complete === type) return;
    const due = variant.respond(state, type, mayRemove);
    if (due === undefined) {
      if (removals(state, type).length === 0) state.complete = type;
      return;
    }
    const response: Response = { ...due, nonce: String(++nonces) };
    recordSent(state, response, mayRemove ? removals(state, type) : []);
    if (removals(state, type).length === 0) state.complete = type;
    const warmed = types.get(WARMED_BY.get(typeUrl) ?? '');
    if (warmed !== undefined && response.resources.length > 0) {
      for (const name of warmed.subscription.names) if (name !== '*') warmed.forced.add(name);
      warmed.complete = undefined;
    }
    world.send(variant.encode(response));
  }

  /** Whether the order has to wait for an answer; if so, a timer sees to it that it does not wait for ever. */
  function waitsFor(typeUrl: TypeUrl): boolean {
    const outstanding = types.get(typeUrl)?.outstanding;
    if (outstanding === undefined || outstanding.late) return false;
    const left = outstanding.sentAt + world.stepTimeoutMs - Date.now();
    if (left <= 0) {
      outstanding.late = true;
      return false;
    }
    stepTimer = setTimeout(update, left).unref();
    return true;
  }

  /** Whether a type that was not asked for so far may still be; if so, what waits for it is looked at again in time. */
  function isAwaited(): boolean {
    const left = removalsWaitUntil - Date.now();
    if (left > 0) {
      clearTimeout(stepTimer);
      stepTimer = setTimeout(update, left).unref();
    }
    return left > 0;
  }

  function settledIn(snapshot: Snapshot | undefined, typeUrl: TypeUrl): Settled {
    const state = types.get(typeUrl);
    if (state === undefined) return isAwaited() ? 'pending' : 'acknowledged';
    const type = snapshot?.get(typeUrl);
    if (type === undefined || state.outstanding !== undefined || state.answerDue) return 'pending';
    const isComplete = state.complete === type;
    const { resources, absent } = isComplete ? NOTHING_DUE : additions(state, type);
    if (resources.length > 0 || absent.length > 0 || (!isComplete && removals(state, type).length > 0))
      return 'pending';
    return state.refused === undefined ? 'acknowledged' : 'refused';
  }

  return {
    receive,
    update,
    types,
    settled: (typeUrl) => settledIn(world.snapshot(), typeUrl),
    close: () => clearTimeout(stepTimer),
  };
}

const NOTHING_DUE = { resources: [], absent: [] };

/** Whether a request does nothing but acknowledge or refuse: by far the most do. */
function isMereAnswer(
  state: TypeState,
  request: SotwRequest | DeltaRequest,
  answer: Answer | undefined,
): boolean {
  if (answer === undefined) return false;
  if ('subscribe' in request) return request.subscribe.length + request.unsubscribe.length === 0;
  const { names } = state.subscription;
  return request.names.length === names.size && request.names.every((name) => names.has(name));
}

/** Settles the outstanding response if the request answers it. A refusal is known by its error alone, never by a version. */
function takeAnswer(state: TypeState, request: SotwRequest | DeltaRequest): Answer | undefined {
  const { outstanding } = state;
  if (outstanding === undefined || request.nonce !== outstanding.nonce) return undefined;
  const { version } = outstanding;
  const at = Date.now();
  state.outstanding = undefined;
  if (request.error === undefined) {
    state.acknowledged = { version, at };
    state.refused = undefined;
  } else {
    state.refused = { version, message: request.error, at };
  }
  return { typeUrl: state.typeUrl, version, error: request.error };
}

function recordSent(state: TypeState, response: Response, gone: readonly string[]): void {
  for (const resource of response.resources) {
    state.known.set(resource.name, { version: resource.version, resource });
    state.absent.delete(resource.name);
  }
  for (const name of gone) state.known.delete(name);
  for (const name of [...response.removed, ...gone]) {
    if (state.subscription.names.has(name)) state.absent.add(name);
  }
  state.forced.clear();
  state.answerDue = false;
  state.lastNonce = response.nonce;
  state.outstanding = { nonce: response.nonce, version: response.version, sentAt: Date.now(), late: false };
}
