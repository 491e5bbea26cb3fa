import { wants } from './subscription.ts';
import type { TypeState } from './type-state.ts';
import type { Snapshot, TypeUrl } from '../types.ts';

/** The state of one resource at one client. */
export type ResourceStatus = {
  readonly typeUrl: TypeUrl;
  readonly name: string;
  /** The version that the client was sent last; empty if none was sent. */
  readonly version: string;
  /**
   * `synced`: the client has the current version. `stale`: it was sent that version, and has neither ACKed nor NACKed it. `not sent`: it
   * was not sent the current version, or the removal. `nacked`: it NACKed a response with this resource.
   */
  readonly state: 'synced' | 'stale' | 'not sent' | 'nacked';
  /** Whether the client subscribes to a name that does not exist. */
  readonly doesNotExist: boolean;
  /** The NACK with the client's message, and when it arrived, in milliseconds since 1970. */
  readonly nack: { readonly message: string; readonly version: string; readonly at: number } | undefined;
};

/** Returns the state of all resources that a stream subscribes to or was sent. If the snapshot was evicted, sent versions count as current. */
export function resourceStatuses(
  types: ReadonlyMap<TypeUrl, TypeState>,
  snapshot: Snapshot | undefined,
): ResourceStatus[] {
  return [...types.values()].flatMap((state) => {
    const names = new Set([...state.known.keys(), ...state.subscription.names]);
    const served = snapshot?.get(state.typeUrl);
    for (const name of served?.resources.keys() ?? []) if (wants(state.subscription, name)) names.add(name);
    const awaited = new Set(state.outstanding?.names);
    return Array.from(names, (name) => {
      const version = state.known.get(name)?.version ?? '';
      const isServed = snapshot === undefined || served?.unknown?.has(name) === true;
      const due = isServed ? version : (served?.resources.get(name)?.version ?? '');
      const doesNotExist = due === '' && state.missing.has(name);
      return {
        typeUrl: state.typeUrl,
        name,
        version,
        doesNotExist,
        ...standing(state, name, { isCurrent: version === due, isAwaited: awaited.has(name) }),
      };
    });
  });
}

function standing(
  { nacked, nackedNames, missing, known }: TypeState,
  name: string,
  { isCurrent, isAwaited }: { readonly isCurrent: boolean; readonly isAwaited: boolean },
): Pick<ResourceStatus, 'state' | 'nack'> {
  const wasTold = known.has(name) || missing.has(name);
  if (!isCurrent || !wasTold) return { state: 'not sent', nack: undefined };
  if (isAwaited) return { state: 'stale', nack: undefined };
  if (nacked !== undefined && nackedNames.has(name)) return { state: 'nacked', nack: nacked };
  return { state: 'synced', nack: undefined };
}
