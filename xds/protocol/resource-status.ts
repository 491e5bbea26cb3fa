import { wants } from './subscription.ts';
import type { TypeState } from './type-state.ts';
import type { Snapshot, TypeUrl } from '../types.ts';

/** How one client stands with one resource. */
export type ResourceStatus = {
  readonly typeUrl: TypeUrl;
  readonly name: string;
  /** The version that the client was sent last; empty when it was sent none. */
  readonly version: string;
  /**
   * `synced`: it has what it is to have. `stale`: it was sent that, and has not answered. `not sent`: it is to have another
   * version, or none, and was not sent word of that. `refused`: it refused a response that brought this.
   */
  readonly state: 'synced' | 'stale' | 'not sent' | 'refused';
  /** What it asks for does not exist. */
  readonly doesNotExist: boolean;
  /** The refusal in the client's words, and when it came, in milliseconds since 1970. */
  readonly refusal: { readonly message: string; readonly version: string; readonly at: number } | undefined;
};

/** All that a stream asks for or was sent. Without a snapshot (there is none any more) what it has is what it is to have. */
export function resourceStatuses(
  types: ReadonlyMap<TypeUrl, TypeState>,
  snapshot: Snapshot | undefined,
): ResourceStatus[] {
  return [...types.values()].flatMap((state) => {
    const names = new Set([...state.known.keys(), ...state.subscription.names]);
    const served = snapshot?.get(state.typeUrl);
    for (const name of served?.resources.keys() ?? []) if (wants(state.subscription, name)) names.add(name);
    return Array.from(names, (name) => {
      const version = state.known.get(name)?.version ?? '';
      const isServed = snapshot === undefined || served?.unknown?.has(name) === true;
      const due = isServed ? version : (served?.resources.get(name)?.version ?? '');
      const doesNotExist = due === '' && state.absent.has(name);
      return {
        typeUrl: state.typeUrl,
        name,
        version,
        doesNotExist,
        ...standing(state, name, version === due),
      };
    });
  });
}

function standing(
  { outstanding, refused, refusedNames, absent, known }: TypeState,
  name: string,
  isCurrent: boolean,
): Pick<ResourceStatus, 'state' | 'refusal'> {
  const wasTold = known.has(name) || absent.has(name);
  if (!isCurrent || !wasTold) return { state: 'not sent', refusal: undefined };
  if (outstanding?.names.includes(name) === true) return { state: 'stale', refusal: undefined };
  if (refused !== undefined && refusedNames.has(name)) return { state: 'refused', refusal: refused };
  return { state: 'synced', refusal: undefined };
}
