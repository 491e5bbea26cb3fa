import type { DeltaRequest, Response, SotwRequest } from '../wire/request.ts';
import { hasWildcard, isUnchanged } from './subscription.ts';
import type { Outstanding, TypeState } from './type-state.ts';
import type { TypeUrl } from '../types.ts';

/** The answer to one response: acknowledged, or refused in the client's words. */
export type Answer = {
  readonly typeUrl: TypeUrl;
  readonly version: string;
  /** When the response was sent, in milliseconds since 1970. */
  readonly sentAt: number;
  readonly error: string | undefined;
};

const SUPERSEDED_KEPT = 4;

/** Notes a response as sent. `gone`: names that it takes away, or whose absence from it does. */
export function recordSent(state: TypeState, response: Response, gone: readonly string[]): void {
  for (const resource of response.resources) {
    state.known.set(resource.name, resource);
    state.absent.delete(resource.name);
  }
  for (const name of gone) state.known.delete(name);
  const { wildcard, names } = state.subscription;
  // Without the wildcard, what is known was asked for by name.
  if (wildcard || state.known.size < names.size)
    for (const name of names) if (!state.known.has(name)) state.absent.add(name);
  state.forced.clear();
  state.answerDue = false;
  expectAnswer(state, response);
}

/** From now on the client owes the answer to this response, and to none before it. */
export function expectAnswer(state: TypeState, response: Response): void {
  if (state.outstanding !== undefined) {
    state.superseded.push(state.outstanding);
    if (state.superseded.length > SUPERSEDED_KEPT) state.superseded.shift();
  }
  const { nonce, version } = response;
  const names = [...response.resources.map(({ name }) => name), ...response.removed];
  state.lastNonce = nonce;
  state.lastVersion = version;
  state.outstanding = { nonce, version, sentAt: Date.now(), names, late: false };
}

/**
 * Settles the response that a request answers, if it answers one. A refusal is known by its error alone, never by a
 * version. `isNewest`: it was the newest response, rather than one that has been superseded.
 */
export function takeAnswer(
  state: TypeState,
  request: SotwRequest | DeltaRequest,
): (Answer & { readonly isNewest: boolean }) | undefined {
  if (request.nonce === '') return undefined;
  const isNewest = request.nonce === state.outstanding?.nonce;
  const answered = isNewest ? state.outstanding : takeSuperseded(state, request.nonce);
  if (answered === undefined) return undefined;
  const { version, sentAt } = answered;
  if (isNewest) state.outstanding = undefined;
  if (request.error !== undefined) refuse(state, answered, request.error);
  else if (isNewest) acknowledge(state, answered);
  return { typeUrl: state.typeUrl, version, sentAt, error: request.error, isNewest };
}

/** Whether a request does nothing but acknowledge or refuse: by far the most do. */
export function isMereAnswer(state: TypeState, request: SotwRequest | DeltaRequest): boolean {
  if ('subscribe' in request) return request.subscribe.length + request.unsubscribe.length === 0;
  return isUnchanged(state.subscription, state.typeUrl, request.names);
}

function takeSuperseded(state: TypeState, nonce: string): Outstanding | undefined {
  const index = state.superseded.findIndex((response) => response.nonce === nonce);
  return index === -1 ? undefined : state.superseded.splice(index, 1)[0];
}

function acknowledge(state: TypeState, { version, names }: Outstanding): void {
  state.acknowledged = { version, at: Date.now() };
  state.superseded.length = 0;
  for (const name of names) state.refusedNames.delete(name);
  // A list of clusters or listeners replaces the one before: what was refused and is not in it is gone.
  const replacesAll = state.subscription.wildcard && hasWildcard(state.typeUrl) && names.length > 0;
  if (replacesAll)
    for (const name of state.refusedNames) if (!state.known.has(name)) state.refusedNames.delete(name);
  if (state.refusedNames.size === 0) state.refused = undefined;
}

function refuse(state: TypeState, { version, names }: Outstanding, message: string): void {
  state.refused = { version, message, at: Date.now() };
  // What a newer response brings again is that one's answer to decide.
  const again = new Set(state.outstanding?.names);
  for (const name of names) if (!again.has(name)) state.refusedNames.add(name);
}
