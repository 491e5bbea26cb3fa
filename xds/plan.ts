import type { TypeState } from './type-state.ts';
import type { Resource, TypeResources } from './types.ts';
import { wants } from './subscription.ts';

/** What a type's next response has to bring: resources that are new, changed or asked for, and names that do not exist. */
export type Additions = { readonly resources: readonly Resource[]; readonly absent: readonly string[] };

/** Resources that the client lacks, has in another version, or asked to be sent again; and names it waits for in vain. */
export function additions(state: TypeState, { resources }: TypeResources): Additions {
  const due: Resource[] = [];
  const absent: string[] = [];
  const consider = (resource: Resource): void => {
    const known = state.known.get(resource.name);
    if (known?.version !== resource.version || state.forced.has(resource.name)) due.push(resource);
  };
  if (state.subscription.wildcard) for (const resource of resources.values()) consider(resource);
  for (const name of state.subscription.names) {
    if (name === '*') continue;
    const resource = resources.get(name);
    if (resource === undefined) {
      if (!state.known.has(name) && (!state.absent.has(name) || state.forced.has(name))) absent.push(name);
    } else if (!state.subscription.wildcard) consider(resource);
  }
  return { resources: due, absent };
}

/** Names that the client has and the snapshot has no more. */
export function removals(state: TypeState, { resources }: TypeResources): readonly string[] {
  const gone: string[] = [];
  for (const name of state.known.keys()) if (!resources.has(name)) gone.push(name);
  return gone;
}

/** The resources of a type that this stream subscribes to, as far as they exist. */
export function* subscribed(state: TypeState, { resources }: TypeResources): Generator<Resource> {
  if (state.subscription.wildcard) {
    yield* resources.values();
    return;
  }
  for (const name of state.subscription.names) {
    const resource = resources.get(name);
    if (resource !== undefined && wants(state.subscription, name)) yield resource;
  }
}
