import type { DeltaRequest, Response, SotwRequest } from '../wire/request.ts';
import { hasWildcard, isUnchanged } from './subscription.ts';
import type { Outstanding, TypeState } from './type-state.ts';
import type { Resource, TypeUrl } from '../types.ts';

/** A client's answer to one response: an ACK, or a NACK if `error` is set, with the client's message. */
export type Ack = {
  readonly typeUrl: TypeUrl;
  readonly version: string;
  /** When the response was sent, in milliseconds of `performance.now`. */
  readonly since: number;
  readonly error: string | undefined;
  /** The resources of the response, as they were sent, and the names that it removed. */
  readonly resources: readonly Resource[];
  readonly removed: readonly string[];
};

const SUPERSEDED_KEPT = 4;

/** Records a response as sent. `gone`: names that it removes, explicitly or by their absence. */
export function recordSent(state: TypeState, response: Response, gone: readonly string[]): void {
  for (const resource of response.resources) {
    state.known.set(resource.name, resource);
    state.missing.delete(resource.name);
  }
  for (const name of gone) state.known.delete(name);
  const { wildcard, names } = state.subscription;
  // Without the wildcard, all known resources are subscribed to by name.
  if (wildcard || state.known.size < names.size)
    for (const name of names) if (!state.known.has(name)) state.missing.add(name);
  state.resend.clear();
  state.responseDue = false;
  expectAck(state, response);
}

/** Makes this response the one whose ACK is due, instead of all earlier ones. */
export function expectAck(state: TypeState, response: Response): void {
  if (state.outstanding !== undefined) {
    state.superseded.push(state.outstanding);
    if (state.superseded.length > SUPERSEDED_KEPT) state.superseded.shift();
  }
  const { nonce, version, resources, removed } = response;
  const names = [...resources.map(({ name }) => name), ...removed];
  state.lastNonce = nonce;
  state.lastVersion = version;
  const sentAt = Date.now();
  const since = performance.now();
  state.outstanding = { nonce, version, sentAt, since, names, resources, removed, late: false };
}

/**
 * Settles the response that a request ACKs or NACKs, if it does either. Only its error makes a request a NACK, never a
 * version. `isNewest`: the response was the newest, not a superseded one.
 */
export function takeAck(
  state: TypeState,
  request: SotwRequest | DeltaRequest,
): (Ack & { readonly isNewest: boolean }) | undefined {
  if (request.nonce === '') return undefined;
  const isNewest = request.nonce === state.outstanding?.nonce;
  const answered = isNewest ? state.outstanding : takeSuperseded(state, request.nonce);
  if (answered === undefined) return undefined;
  const { version, since, resources, removed } = answered;
  if (isNewest) state.outstanding = undefined;
  if (request.error !== undefined) nack(state, answered, request.error);
  else if (isNewest) ack(state, answered);
  return { typeUrl: state.typeUrl, version, since, error: request.error, resources, removed, isNewest };
}

/** Whether a request only ACKs or NACKs, as most requests do. */
export function isMereAck(state: TypeState, request: SotwRequest | DeltaRequest): boolean {
  if ('subscribe' in request) return request.subscribe.length + request.unsubscribe.length === 0;
  return isUnchanged(state.subscription, state.typeUrl, request.names);
}

function takeSuperseded(state: TypeState, nonce: string): Outstanding | undefined {
  const index = state.superseded.findIndex((response) => response.nonce === nonce);
  return index === -1 ? undefined : state.superseded.splice(index, 1)[0];
}

function ack(state: TypeState, { version, names }: Outstanding): void {
  state.acked = { version, at: Date.now() };
  state.superseded.length = 0;
  for (const name of names) state.nackedNames.delete(name);
  // A list of clusters or listeners replaces the previous one, so a NACKed name that is not in it is gone.
  const replacesAll = state.subscription.wildcard && hasWildcard(state.typeUrl);
  if (replacesAll)
    for (const name of state.nackedNames) if (!state.known.has(name)) state.nackedNames.delete(name);
  if (state.nackedNames.size === 0) state.nacked = undefined;
}

function nack(state: TypeState, { version, resources, removed }: Outstanding, message: string): void {
  state.nacked = { version, message, at: Date.now() };
  // The ACK or NACK of a newer response decides about the names that it sent again.
  const again = new Set(state.outstanding?.names);
  for (const { name } of resources) if (!again.has(name)) state.nackedNames.add(name);
  // A removal has no content that a later response could correct.
  for (const name of removed) state.nackedNames.delete(name);
}
