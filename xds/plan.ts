import type { TypeState } from './type-state.ts';
import type { Resource, TypeResources } from './types.ts';
import { wants } from './subscription.ts';

/** What a type's next response has to bring: resources that are new, changed or asked for, and names that do not exist. */
export type Additions = { readonly resources: readonly Resource[]; readonly absent: readonly string[] };

/** Resources that the client lacks, has in another version, or asked to be sent again; and names it waits for in vain. */
export function additions(state: TypeState, type: TypeResources): Additions {
  const due: Resource[] = [];
  const absent: string[] = [];
  const consider = (resource: Resource): void => {
    const known = state.known.get(resource.name);
    const isNews = known?.version !== resource.version || known?.resource?.ttlMs !== resource.ttlMs;
    if (isNews || state.forced.has(resource.name)) due.push(resource);
  };
  if (state.subscription.wildcard) for (const resource of all(state, type)) consider(resource);
  for (const name of state.subscription.names) {
    const resource = type.resources.get(name) ?? standIn(state, type, name);
    if (resource === undefined) {
      if (!state.known.has(name) && (!state.absent.has(name) || state.forced.has(name))) absent.push(name);
    } else if (!state.subscription.wildcard) consider(resource);
  }
  return { resources: due, absent };
}

/** Names that the client has and the snapshot has no more. */
export function removals(state: TypeState, { resources, unknown }: TypeResources): readonly string[] {
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
  if (known?.resource !== undefined) return known.resource;
  return known !== undefined || state.brought.has(name) ? undefined : unknown.get(name);
}
