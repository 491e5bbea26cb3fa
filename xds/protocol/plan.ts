import { sentResource, type TypeState } from './type-state.ts';
import type { Resource, TypeResources } from '../types.ts';
import { wants } from './subscription.ts';

/** What a type's next response has to have: resources that are new, changed or to be resent, and names that do not exist. */
export type Additions = { readonly resources: readonly Resource[]; readonly missing: readonly string[] };

/** Resources that the client lacks, has in another version, or asked to be sent again; and names it waits for in vain. */
export function additions(state: TypeState, type: TypeResources): Additions {
  const due: Resource[] = [];
  const missing: string[] = [];
  const consider = (resource: Resource): void => {
    const known = state.known.get(resource.name);
    const isNews = known?.version !== resource.version || sentResource(known)?.ttlMs !== resource.ttlMs;
    if (isNews || state.resend.has(resource.name)) due.push(resource);
  };
  const change = changeSinceComplete(state, type);
  if (change !== undefined && state.resend.size === 0) {
    for (const resource of change.changed) if (wants(state.subscription, resource.name)) consider(resource);
    return { resources: due, missing };
  }
  if (state.subscription.wildcard) for (const resource of all(state, type)) consider(resource);
  for (const name of state.subscription.names) {
    const resource = type.resources.get(name) ?? standIn(state, type, name);
    if (resource === undefined) {
      if (state.known.has(name) || state.inherited.has(name)) continue;
      if (!state.missing.has(name) || state.resend.has(name)) missing.push(name);
    } else if (!state.subscription.wildcard) consider(resource);
  }
  return { resources: due, missing };
}

/** Names that the client has and the snapshot has no more. */
export function removals(state: TypeState, type: TypeResources): readonly string[] {
  const change = changeSinceComplete(state, type);
  if (change !== undefined) return change.gone.filter((name) => state.known.has(name));
  const { resources, unknown } = type;
  const gone: string[] = [];
  for (const name of state.known.keys()) {
    if (!resources.has(name) && unknown?.has(name) !== true) gone.push(name);
  }
  return gone;
}

/** The resources of a type that this stream subscribes to, as far as they exist. */
export function* subscribed(state: TypeState, type: TypeResources): Generator<Resource> {
  if (state.subscription.wildcard) {
    yield* all(state, type);
    return;
  }
  for (const name of state.subscription.names) {
    const resource = type.resources.get(name) ?? standIn(state, type, name);
    if (resource !== undefined && wants(state.subscription, name)) yield resource;
  }
}

/** From one list of resources to another: what is new or other, and the names that are gone. */
type Change = {
  /** Weak: each list would keep the one before, and that the one before it. */
  readonly from: WeakRef<TypeResources>;
  readonly changed: readonly Resource[];
  readonly gone: readonly string[];
};

const changes = new WeakMap<TypeResources, Change>();

/**
 * What can be due to a client that had all of an earlier list: the same for all who did, so it is found once. Undefined where
 * more can be due.
 */
function changeSinceComplete({ complete: from }: TypeState, type: TypeResources): Change | undefined {
  if (from === undefined || from.unknown !== undefined || type.unknown !== undefined) return undefined;
  const known = changes.get(type);
  if (known?.from.deref() === from) return known;
  const changed: Resource[] = [];
  for (const resource of type.resources.values()) {
    const before = from.resources.get(resource.name);
    if (before?.version !== resource.version || before.ttlMs !== resource.ttlMs) changed.push(resource);
  }
  const gone = [...from.resources.keys()].filter((name) => !type.resources.has(name));
  const change = { from: new WeakRef(from), changed, gone };
  changes.set(type, change);
  return change;
}

function* all(state: TypeState, type: TypeResources): Generator<Resource> {
  yield* type.resources.values();
  for (const name of type.unknown?.keys() ?? []) {
    const resource = standIn(state, type, name);
    if (resource !== undefined) yield resource;
  }
}

/** For a name of which nothing is known: what the client has already, as far as it can be sent again, else what is to do meanwhile. */
function standIn(state: TypeState, { unknown }: TypeResources, name: string): Resource | undefined {
  if (unknown?.has(name) !== true) return undefined;
  const known = state.known.get(name);
  if (known !== undefined) return sentResource(known);
  return state.inherited.has(name) ? undefined : unknown.get(name);
}
