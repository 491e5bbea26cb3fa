import { additions, removals, subscribed } from './plan.ts';
import type { DeltaRequest, Response, SotwRequest } from '../wire/request.ts';
import { changeNames, hasWildcard, replaceNames, wants } from './subscription.ts';
import { forget, sentResource, type TypeState } from './type-state.ts';
import type { TtlForm } from './ttl.ts';
import type { Resource, TypeResources } from '../types.ts';
import { setVersion, typeVersion } from '../wire/version.ts';
import {
  decodeDeltaRequest,
  decodeSotwRequest,
  encodeDeltaResponse,
  encodeSotwResponse,
} from '../wire/wire.ts';

/** One of the two variants of the protocol. Everything else about a stream is the same in both. */
export type Variant<R extends SotwRequest | DeltaRequest = SotwRequest | DeltaRequest> = {
  readonly name: 'delta' | 'sotw';
  decode(bytes: Uint8Array): R;
  /** Without `ttl`, resources are encoded without their time to live, for clients that do not support it. */
  encode(response: Response, ttl?: TtlForm): Buffer;
  /** Applies a request's subscriptions. `acked`: the request ACKed or NACKed the response that was outstanding. */
  subscribe(state: TypeState, request: R, acked: boolean): void;
  /** Returns the next response, or undefined if none is due. Without `mayRemove`, it keeps removed resources for now. */
  respond(state: TypeState, type: TypeResources, mayRemove: boolean): Omit<Response, 'nonce'> | undefined;
};

/** State of the world: a response has all clusters or listeners, or the resources of another type that changed or were asked for. */
export const sotw: Variant<SotwRequest> = {
  name: 'sotw',
  decode: decodeSotwRequest,
  encode: encodeSotwResponse,

  subscribe(state, { typeUrl, nonce, names, version, error }, acked) {
    // Before a stream's first response, a nonce can only be from an earlier stream; a request without a nonce always restarts the type.
    const begins = nonce === '' || state.lastNonce === '';
    // A request that ACKs an older response is superseded by the one that will ACK the newest.
    if (!begins && nonce !== state.lastNonce) return;
    const change = replaceNames(state.subscription, typeUrl, names);
    for (const name of change.removed) forget(state, name);
    for (const name of change.added) state.resend.add(name);
    if (change.wildcard === 'removed') forgetUnwanted(state);
    if (begins) {
      state.known.clear();
      state.missing.clear();
      if (version !== '') for (const name of names) state.inherited.add(name);
      const wantsAllAlone = state.subscription.wildcard && state.subscription.names.size === 0;
      state.inheritedVersion = state.asked || !wantsAllAlone ? '' : version;
      // A client that restarts a type does not ACK earlier responses.
      if (state.outstanding !== undefined) state.outstanding.late = true;
    }
    state.asked = true;
    // The same names again without an ACK: a parent is warming, perhaps one from another stream.
    const isSame = change.added.length + change.removed.length === 0;
    const asksAgain = isSame && !acked && error === undefined && !hasWildcard(typeUrl);
    if (asksAgain) for (const name of names) state.resend.add(name);
    const wantsAny = state.subscription.wildcard || names.length > 0;
    const asks = begins || asksAgain || change.added.length > 0 || change.wildcard === 'added';
    if (asks && wantsAny) state.responseDue = true;
  },

  respond(state, type, mayRemove) {
    if (hasAllAlready(state, type)) return undefined;
    const { resources: due, missing: removed } = additions(state, type);
    const isWhole = hasWildcard(state.typeUrl);
    const gone = removals(state, type);
    // Only a whole list can remove resources. A resource of another type stays at the client until no resource refers to
    // it any more.
    if (!isWhole) for (const name of gone) disown(state, name);
    const isDue =
      due.length > 0 || removed.length > 0 || state.responseDue || (isWhole && mayRemove && gone.length > 0);
    if (!isDue) return undefined;
    const held = mayRemove || !isWhole ? [] : heldBack(state, gone);
    const resources = isWhole ? [...subscribed(state, type), ...held] : due;
    return { typeUrl: state.typeUrl, version: versionOf(state, type, held), resources, removed };
  },
};

/** Incremental: a response has new and changed resources, and removed names. */
export const delta: Variant<DeltaRequest> = {
  name: 'delta',
  decode: decodeDeltaRequest,
  encode: encodeDeltaResponse,

  // The subscriptions of a request apply even if its nonce is stale ("Incremental xDS").
  subscribe(state, { typeUrl, subscribe, unsubscribe, initialVersions }) {
    const comesBack = !state.asked && Object.keys(initialVersions).length > 0;
    state.asked = true;
    const change = changeNames(state.subscription, typeUrl, subscribe, unsubscribe);
    if (comesBack) inherit(state, initialVersions);
    if (change.wildcard === 'again') for (const name of state.known.keys()) state.resend.add(name);
    if (change.wildcard === 'removed') forgetUnwanted(state);
    for (const name of change.added) {
      state.missing.delete(name);
      if (!comesBack || !state.known.has(name)) state.resend.add(name);
    }
    for (const name of change.removed) {
      forget(state, name);
      // The wildcard still includes the name: send the resource again, or its removal.
      if (state.subscription.wildcard) state.known.set(name, { version: '' });
    }
    // Even an empty response ends the client's wait for its first configuration. A client that reconnects does not wait.
    if (change.wildcard === 'added' && !comesBack) state.responseDue = true;
  },

  respond(state, type, mayRemove) {
    const { resources, missing } = additions(state, type);
    const gone = removals(state, type);
    const removed = mayRemove ? [...missing, ...gone] : missing;
    if (resources.length === 0 && removed.length === 0 && !state.responseDue) return undefined;
    const held = mayRemove ? [] : heldBack(state, gone);
    return { typeUrl: state.typeUrl, version: versionOf(state, type, held), resources, removed };
  },
};

/** Records that the client keeps a resource that the server no longer tracks. */
function disown(state: TypeState, name: string): void {
  state.known.delete(name);
  state.inherited.add(name);
}

/** Records the versions that the client reports from an earlier stream. Only the first request of a type may report them. */
function inherit(state: TypeState, versions: Readonly<Record<string, string>>): void {
  for (const [name, version] of Object.entries(versions)) {
    if (wants(state.subscription, name)) state.known.set(name, { version });
  }
}

/**
 * Whether the client reconnected with exactly this list of all clusters or listeners. Only a version that is a hash of the
 * content proves that, and only on the first response.
 */
function hasAllAlready(state: TypeState, type: TypeResources): boolean {
  const { inheritedVersion } = state;
  state.inheritedVersion = '';
  if (inheritedVersion === '' || type.version !== undefined || type.unknown !== undefined) return false;
  if (inheritedVersion !== versionOf(state, type, [])) return false;
  for (const resource of subscribed(state, type)) {
    state.known.set(resource.name, resource);
  }
  state.resend.clear();
  state.responseDue = false;
  return true;
}

/** Drops resources that were sent for the wildcard, after the client unsubscribed from it. */
function forgetUnwanted(state: TypeState): void {
  for (const name of state.known.keys()) if (!wants(state.subscription, name)) forget(state, name);
}

function heldBack(state: TypeState, gone: readonly string[]): readonly Resource[] {
  return gone.flatMap((name) => sentResource(state.known.get(name)) ?? []);
}

function versionOf(state: TypeState, type: TypeResources, held: readonly Resource[]): string {
  if (type.version !== undefined || (state.subscription.wildcard && held.length === 0))
    return typeVersion(type);
  // Most clients that subscribe by name subscribe to all names, and the version of all is computed only once.
  if (held.length === 0 && type.unknown === undefined && namesAll(state, type)) return typeVersion(type);
  return setVersion([...subscribed(state, type), ...held]);
}

function namesAll({ subscription: { names } }: TypeState, { resources }: TypeResources): boolean {
  if (names.size < resources.size) return false;
  for (const name of resources.keys()) if (!names.has(name)) return false;
  return true;
}
