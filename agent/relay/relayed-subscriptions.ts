import type { Subscription } from '../../xds/protocol/subscription.ts';
import type { TypeUrl } from '../../xds/types.ts';

/** What is subscribed to upstream on behalf of Envoy. */
export type RelayedSubscriptions = {
  /** Takes over what Envoy's stream now subscribes to; answers all names to ask for, and those that Envoy dropped. */
  update(
    typeUrl: TypeUrl,
    subscription: Subscription,
  ): { names: ReadonlySet<string>; dropped: readonly string[] };
  /** Whether Envoy's stream has asked for anything of a type yet. */
  isAsked(typeUrl: TypeUrl): boolean;
  /**
   * Envoy began a new stream. It asks for its names one after the other; until then those of the stream before stay
   * subscribed, so that the last good configuration is there when it does.
   */
  restart(): void;
};

/** Starts with nothing. */
export function createRelayedSubscriptions(): RelayedSubscriptions {
  const upstream = new Map<TypeUrl, Set<string>>();
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
    isAsked: (typeUrl) => stream.has(typeUrl),
    restart() {
      stream = new Map();
    },
  };
}
