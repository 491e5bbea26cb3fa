import type { DeltaRequest, SotwRequest } from '../wire/request.ts';
import type { TypeState } from './type-state.ts';
import type { TypeUrl } from '../types.ts';

/** Limits on the requests of one stream, so that no client can fill the server's memory. */
export type StreamLimits = {
  /** Names subscribed to, of all types together; and, separately, entries of `initial_resource_versions`. Default: 20,000. */
  readonly names: number;
  /** Characters of a resource name or type URL. Default: 1,024. */
  readonly nameLength: number;
  /** Number of types. Default: 32. */
  readonly types: number;
};

/** The default limits, for proxies: an Envoy subscribes to some thousand names at most. */
export const DEFAULT_LIMITS: StreamLimits = { names: 20_000, nameLength: 1024, types: 32 };

/** A request beyond the limits of its stream; the stream ends with RESOURCE_EXHAUSTED. */
export class ExcessiveRequest extends Error {}

/** An invalid request; the stream ends with INVALID_ARGUMENT. */
export class MalformedRequest extends Error {}

/** Checks a request before any of it is stored. @throws MalformedRequest or ExcessiveRequest */
export function checkRequest(
  request: SotwRequest | DeltaRequest,
  types: ReadonlyMap<TypeUrl, TypeState>,
  limits: StreamLimits,
): void {
  const { typeUrl } = request;
  if (typeUrl.length > limits.nameLength) throw tooLong('type_url', typeUrl, limits);
  if (!types.has(typeUrl) && types.size >= limits.types) {
    throw new ExcessiveRequest(`${types.size + 1} types on one stream: at most ${limits.types}`);
  }
  for (const name of namesIn(request)) {
    if (name.length > limits.nameLength) throw tooLong('resource name', name, limits);
  }
  if (!('initialVersions' in request)) return;
  const initial = Object.entries(request.initialVersions);
  if (initial.length > limits.names) {
    throw new ExcessiveRequest(`${initial.length} initial_resource_versions: at most ${limits.names}`);
  }
  for (const pair of initial) {
    for (const text of pair)
      if (text.length > limits.nameLength) throw tooLong('initial_resource_versions', text, limits);
  }
}

/** Checks the subscriptions of a stream after a change. @throws ExcessiveRequest */
export function checkSubscriptions(types: ReadonlyMap<TypeUrl, TypeState>, limits: StreamLimits): void {
  let names = 0;
  for (const { subscription } of types.values()) names += subscription.names.size;
  if (names > limits.names) {
    throw new ExcessiveRequest(`${names} names subscribed to on one stream: at most ${limits.names}`);
  }
}

function namesIn(request: SotwRequest | DeltaRequest): readonly string[] {
  if (!('subscribe' in request)) return request.names;
  return request.unsubscribe.length === 0
    ? request.subscribe
    : [...request.subscribe, ...request.unsubscribe];
}

function tooLong(what: string, text: string, { nameLength }: StreamLimits): MalformedRequest {
  const start = JSON.stringify(text.slice(0, 40));
  return new MalformedRequest(
    `${what} ${start}… has ${text.length} characters: at most ${nameLength} are allowed`,
  );
}
