import { additions, removals, subscribed } from './plan.ts';
import type { DeltaRequest, Response, SotwRequest } from './request.ts';
import { changeNames, replaceNames } from './subscription.ts';
import type { TypeState } from './type-state.ts';
import type { Resource, TypeResources } from './types.ts';
import { setVersion, typeVersion } from './version.ts';
import { decodeDeltaRequest, decodeSotwRequest, encodeDeltaResponse, encodeSotwResponse } from './wire.ts';

/** The two dialects of the protocol. All else about a stream is the same for both. */
export type Variant<R extends SotwRequest | DeltaRequest = SotwRequest | DeltaRequest> = {
  readonly name: 'delta' | 'sotw';
  decode(bytes: Uint8Array): R;
  encode(response: Response): Buffer;
  /** Takes over what a request subscribes to. `answered`: the request answered the response outstanding until now. */
  subscribe(state: TypeState, request: R, answered: boolean): void;
  /** The next response, or undefined when there is nothing to say. Without `mayRemove`, what is gone is kept for now. */
  respond(state: TypeState, type: TypeResources, mayRemove: boolean): Omit<Response, 'nonce'> | undefined;
};

/** State of the world: each response of a wildcard type is the whole truth; of the others, what changed or was asked for. */
export const sotw: Variant<SotwRequest> = {
  name: 'sotw',
  decode: decodeSotwRequest,
  encode: encodeSotwResponse,

  subscribe(state, { typeUrl, nonce, names }, answered) {
    // A request that answers an older response is superseded by the one that will answer the newest.
    if (nonce !== '' && nonce !== state.lastNonce) return;
    const change = replaceNames(state.subscription, typeUrl, names);
    for (const name of change.removed) forget(state, name);
    for (const name of change.added) state.forced.add(name);
    if (nonce === '') state.known.clear();
    const asksAgain = !answered && change.removed.length === 0;
    if (asksAgain) for (const name of state.subscription.names) state.forced.add(name);
    if (asksAgain || change.added.length > 0 || change.wildcardAdded) state.answerDue = true;
  },

  respond(state, type, mayRemove) {
    const { resources: due, absent } = additions(state, type);
    const gone = removals(state, type);
    const isDue = due.length > 0 || absent.length > 0 || state.answerDue || (mayRemove && gone.length > 0);
    if (!isDue) return undefined;
    const held = mayRemove ? [] : heldBack(state, gone);
    // The absence of a name says that it is gone only where all is asked for.
    const whole = state.subscription.wildcard;
    const resources = whole ? [...subscribed(state, type), ...held] : due;
    return { typeUrl: state.typeUrl, version: versionOf(state, type, held), resources, removed: absent };
  },
};

/** Incremental: each response says what is new, changed and gone. */
export const delta: Variant<DeltaRequest> = {
  name: 'delta',
  decode: decodeDeltaRequest,
  encode: encodeDeltaResponse,

  // A stale nonce is no reason to pass over what is subscribed to ("Subscribing to Resources", incremental variant).
  subscribe(state, { typeUrl, subscribe, unsubscribe, initialVersions }) {
    for (const [name, version] of Object.entries(initialVersions)) {
      if (!state.known.has(name)) state.known.set(name, { version, resource: undefined });
    }
    const change = changeNames(state.subscription, typeUrl, subscribe, unsubscribe);
    for (const name of change.added) {
      state.absent.delete(name);
      if (initialVersions[name] === undefined) state.forced.add(name);
    }
    for (const name of change.removed) {
      const { wildcard } = state.subscription;
      forget(state, name);
      // Still wanted by the wildcard: the client has to be told how it now stands, one way or the other.
      if (wildcard) state.known.set(name, { version: '', resource: undefined });
    }
    // Even an empty answer ends the client's wait for its first configuration; one that comes back has no such wait.
    if (change.wildcardAdded && Object.keys(initialVersions).length === 0) state.answerDue = true;
  },

  respond(state, type, mayRemove) {
    const { resources, absent } = additions(state, type);
    const gone = removals(state, type);
    const removed = mayRemove ? [...absent, ...gone] : absent;
    if (resources.length === 0 && removed.length === 0 && !state.answerDue) return undefined;
    const held = mayRemove ? [] : heldBack(state, gone);
    return { typeUrl: state.typeUrl, version: versionOf(state, type, held), resources, removed };
  },
};

function forget(state: TypeState, name: string): void {
  state.known.delete(name);
  state.absent.delete(name);
  state.forced.delete(name);
}

function heldBack(state: TypeState, gone: readonly string[]): readonly Resource[] {
  return gone.flatMap((name) => state.known.get(name)?.resource ?? []);
}

function versionOf(state: TypeState, type: TypeResources, held: readonly Resource[]): string {
  if (state.subscription.wildcard && held.length === 0) return typeVersion(type);
  return setVersion([...subscribed(state, type), ...held]);
}
