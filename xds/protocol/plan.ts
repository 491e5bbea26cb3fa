import { sentResource, type TypeState } from './type-state.ts';
import type { Resource, TypeResources } from '../types.ts';
import { wants } from './subscription.ts';

/** Contents of a type's next response: resources that are new, changed or to be resent, and names that do not exist. */
export type Additions = { readonly resources: readonly Resource[]; readonly missing: readonly string[] };

/** Returns resources that the client lacks, has in another version or asked for again, and missing names that it waits for. */
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

/** Returns names that the client has and the snapshot no longer has. */
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

/** Yields the existing resources of a type that this stream subscribes to. */
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

/** The difference between two lists of resources: new or changed resources, and removed names. */
type Change = {
  /** Weak, because each list would otherwise keep all lists before it in memory. */
  readonly from: WeakRef<TypeResources>;
  readonly changed: readonly Resource[];
  readonly gone: readonly string[];
};

const changes = new WeakMap<TypeResources, Change>();

/**
 * Returns the changes since the list that the client has completely. They are the same for all such clients, so they are computed
 * once. Undefined if other resources may be due too.
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

/** For an unknown name: returns the resource that the client already has, if it can be sent again, else the interim resource. */
function standIn(state: TypeState, { unknown }: TypeResources, name: string): Resource | undefined {
  if (unknown?.has(name) !== true) return undefined;
  const known = state.known.get(name);
  if (known !== undefined) return sentResource(known);
  return state.inherited.has(name) ? undefined : unknown.get(name);
}
