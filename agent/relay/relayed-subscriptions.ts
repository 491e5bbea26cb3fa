import { hasWildcard, type Subscription } from '../../xds/protocol/subscription.ts';
import type { TypeUrl } from '../../xds/types.ts';
import type { ResourcesByType } from '../state/state-format.ts';

/** Subscriptions at the control plane on behalf of Envoy. */
export type RelayedSubscriptions = {
  /** Applies the current subscription of Envoy's stream. Returns all names to subscribe to, and those that Envoy dropped. */
  update(
    typeUrl: TypeUrl,
    subscription: Subscription,
  ): { names: ReadonlySet<string>; dropped: readonly string[] };
  /** Whether Envoy's current stream has subscribed to a type. */
  isSubscribed(typeUrl: TypeUrl): boolean;
  /** Whether `resources` has everything that Envoy's current stream asks for by name. */
  isCoveredBy(resources: ResourcesByType): boolean;
  /**
   * Envoy opened a new stream. Until it subscribes to a type again, the previous stream's names stay subscribed, so that the last good
   * configuration is available.
   */
  restart(): void;
};

/** Starts with the names of resources from disk, as if an earlier stream had subscribed to them. Default: none. */
export function createRelayedSubscriptions(stored: ResourcesByType = new Map()): RelayedSubscriptions {
  const upstream = new Map<TypeUrl, Set<string>>();
  for (const [typeUrl, resources] of stored) {
    // With a wildcard, Envoy subscribes to no names.
    if (!hasWildcard(typeUrl)) upstream.set(typeUrl, new Set(resources.keys()));
  }
  let stream = new Map<TypeUrl, ReadonlySet<string>>();

  return {
    update(typeUrl, { wildcard, names }) {
      const wanted = new Set(names);
      if (wildcard) wanted.add('*');
      const dropped = [...(stream.get(typeUrl) ?? [])].filter((name) => !wanted.has(name));
      stream.set(typeUrl, wanted);
      const all = upstream.get(typeUrl) ?? new Set();
      for (const name of wanted) all.add(name);
      for (const name of dropped) all.delete(name);
      upstream.set(typeUrl, all);
      return { names: all, dropped };
    },
    isCoveredBy: (resources) =>
      [...stream].every(
        ([typeUrl, names]) =>
          hasWildcard(typeUrl) || [...names].every((name) => resources.get(typeUrl)?.has(name) === true),
      ),
    isSubscribed: (typeUrl) => stream.has(typeUrl),
    restart() {
      stream = new Map();
    },
  };
}
