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

/** The two dialects of the protocol. All else about a stream is the same for both. */
export type Variant<R extends SotwRequest | DeltaRequest = SotwRequest | DeltaRequest> = {
  readonly name: 'delta' | 'sotw';
  decode(bytes: Uint8Array): R;
  /** Without `ttl`, the client does not know what a time to live is. */
  encode(response: Response, ttl?: TtlForm): Buffer;
  /** Takes over what a request subscribes to. `acked`: the request ACKed or NACKed the response outstanding until now. */
  subscribe(state: TypeState, request: R, acked: boolean): void;
  /** The next response, or undefined when there is nothing to say. Without `mayRemove`, what is gone is kept for now. */
  respond(state: TypeState, type: TypeResources, mayRemove: boolean): Omit<Response, 'nonce'> | undefined;
};

/** State of the world: each list of clusters or listeners is the whole truth; of the others, what changed or was asked for. */
export const sotw: Variant<SotwRequest> = {
  name: 'sotw',
  decode: decodeSotwRequest,
  encode: encodeSotwResponse,

  subscribe(state, { typeUrl, nonce, names, version, error }, acked) {
    // Before a stream's first response a nonce can only be one of an earlier stream; none at all begins anew at any time.
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
      // A client that begins anew does not ACK what it was sent before.
      if (state.outstanding !== undefined) state.outstanding.late = true;
    }
    state.asked = true;
    // The same names again, with nothing to ACK: a parent is warming, perhaps one that another stream told of.
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
    // Only a list that is whole can say that something is gone. Of the rest it is for what refers to it to say so, and
    // until then the client keeps what it has.
    if (!isWhole) for (const name of gone) disown(state, name);
    const isDue =
      due.length > 0 || removed.length > 0 || state.responseDue || (isWhole && mayRemove && gone.length > 0);
    if (!isDue) return undefined;
    const held = mayRemove || !isWhole ? [] : heldBack(state, gone);
    const resources = isWhole ? [...subscribed(state, type), ...held] : due;
    return { typeUrl: state.typeUrl, version: versionOf(state, type, held), resources, removed };
  },
};

/** Incremental: each response says what is new, changed and gone. */
export const delta: Variant<DeltaRequest> = {
  name: 'delta',
  decode: decodeDeltaRequest,
  encode: encodeDeltaResponse,

  // A stale nonce is no reason to pass over what is subscribed to ("Incremental xDS").
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
      // Still wanted by the wildcard: the client has to be told how it now stands, one way or the other.
      if (state.subscription.wildcard) state.known.set(name, { version: '' });
    }
    // Even an empty response ends the client's wait for its first configuration; one that comes back has no such wait.
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

/** The client keeps what it has under a name; it is not known here any more. */
function disown(state: TypeState, name: string): void {
  state.known.delete(name);
  state.inherited.add(name);
}

/** What the client says it has from an earlier stream. Only the first message of a type may say it. */
function inherit(state: TypeState, versions: Readonly<Record<string, string>>): void {
  for (const [name, version] of Object.entries(versions)) {
    if (wants(state.subscription, name)) state.known.set(name, { version });
  }
}

/**
 * Whether the client came back with this very list of all clusters or listeners. Only a version that is a hash of the
 * content can tell, and only once.
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

/** Forgets resources that were sent for the wildcard, once that is no longer subscribed to. */
function forgetUnwanted(state: TypeState): void {
  for (const name of state.known.keys()) if (!wants(state.subscription, name)) forget(state, name);
}

function heldBack(state: TypeState, gone: readonly string[]): readonly Resource[] {
  return gone.flatMap((name) => sentResource(state.known.get(name)) ?? []);
}

function versionOf(state: TypeState, type: TypeResources, held: readonly Resource[]): string {
  if (type.version !== undefined || (state.subscription.wildcard && held.length === 0))
    return typeVersion(type);
  // Most that name what they want name all there is, and that version is computed once for all of them.
  if (held.length === 0 && type.unknown === undefined && namesAll(state, type)) return typeVersion(type);
  return setVersion([...subscribed(state, type), ...held]);
}

function namesAll({ subscription: { names } }: TypeState, { resources }: TypeResources): boolean {
  if (names.size < resources.size) return false;
  for (const name of resources.keys()) if (!names.has(name)) return false;
  return true;
}
