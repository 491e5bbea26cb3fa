import type { DeltaRequestInit } from './stream.ts';
import type { TypeUrl } from '../types.ts';

/** The subscriptions of a client, and the requests that send them to a server. */
export type Subscriptions = {
  /** Returns the first requests of a stream, one per type. */
  first(): readonly DeltaRequestInit[];
  /** Replaces the names of a type; `*` stands for all. Returns the request for open streams, or undefined if nothing changed. */
  replace(typeUrl: TypeUrl, names: ReadonlySet<string>): DeltaRequestInit | undefined;
  /** Returns a request for all names of a type, which a server answers even if nothing changed; undefined without any. */
  again(typeUrl: TypeUrl): DeltaRequestInit | undefined;
};

/** Creates an empty set of subscriptions. `versions`: the versions by name that the client has of a type; the type's first request contains them. */
export function createSubscriptions(
  versions: (typeUrl: TypeUrl) => ReadonlyMap<string, string>,
): Subscriptions {
  const byType = new Map<TypeUrl, ReadonlySet<string>>();

  function firstOf(typeUrl: TypeUrl, names: ReadonlySet<string>): DeltaRequestInit {
    const initialResourceVersions = Object.fromEntries(versions(typeUrl));
    return { typeUrl, resourceNamesSubscribe: [...names], initialResourceVersions };
  }

  return {
    first: () => Array.from(byType, ([typeUrl, names]) => firstOf(typeUrl, names)),
    again(typeUrl) {
      const names = byType.get(typeUrl);
      return names && { typeUrl, resourceNamesSubscribe: [...names] };
    },
    replace(typeUrl, names) {
      const before = byType.get(typeUrl);
      byType.set(typeUrl, new Set(names));
      if (before === undefined) return firstOf(typeUrl, names);
      const resourceNamesSubscribe = [...names].filter((name) => !before.has(name));
      const resourceNamesUnsubscribe = [...before].filter((name) => !names.has(name));
      if (resourceNamesSubscribe.length + resourceNamesUnsubscribe.length === 0) return undefined;
      return { typeUrl, resourceNamesSubscribe, resourceNamesUnsubscribe };
    },
  };
}
