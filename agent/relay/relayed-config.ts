import type { DeltaUpdate } from '../../xds/client/update.ts';
import type { Resource, Snapshot, TypeUrl } from '../../xds/types.ts';

type Resources = ReadonlyMap<string, Resource>;

/**
 * What the control plane sent, in two states a type: `offered`, all of it together, whether or not Envoy took it; and
 * `good`, as it was when Envoy last acknowledged it. What Envoy refuses goes back to good; the next update builds on
 * what was offered, because the control plane sends differences.
 */
export type RelayedConfig = {
  /** Builds an update into what is offered, and serves that. */
  offer(update: DeltaUpdate): void;
  /** Envoy acknowledged all that is offered of a type. */
  accept(typeUrl: TypeUrl): void;
  /** Envoy refused it: the last good resources are served again, if there are any. */
  refuse(typeUrl: TypeUrl): void;
  /** A new connection begins with what is good: its versions by name, for the control plane to send the difference from. */
  restart(typeUrl: TypeUrl): ReadonlyMap<string, string>;
  /** Forgets resources that Envoy no longer subscribes to. */
  forget(typeUrl: TypeUrl, names: Iterable<string>): void;
  /** What Envoy is to have now. A type that the control plane never answered is not in it. */
  snapshot(): Snapshot;
};

/** Starts with nothing. */
export function createRelayedConfig(): RelayedConfig {
  const offered = new Map<TypeUrl, Resources>();
  const good = new Map<TypeUrl, Resources>();
  const served = new Map<TypeUrl, Resources>();

  return {
    offer({ typeUrl, resources, removed }) {
      const next = new Map(offered.get(typeUrl));
      for (const resource of resources) next.set(resource.name, resource);
      for (const name of removed) next.delete(name);
      offered.set(typeUrl, next);
      served.set(typeUrl, next);
    },
    accept(typeUrl) {
      const resources = offered.get(typeUrl);
      if (resources !== undefined) good.set(typeUrl, resources);
    },
    refuse(typeUrl) {
      const resources = good.get(typeUrl);
      if (resources !== undefined) served.set(typeUrl, resources);
    },
    restart(typeUrl) {
      const resources = good.get(typeUrl) ?? new Map<string, Resource>();
      if (good.has(typeUrl)) served.set(typeUrl, resources);
      else served.delete(typeUrl);
      offered.set(typeUrl, resources);
      return new Map(Array.from(resources.values(), ({ name, version }) => [name, version]));
    },
    forget(typeUrl, names) {
      for (const state of [offered, good, served]) {
        const resources = state.get(typeUrl);
        if (resources === undefined) continue;
        const left = new Map(resources);
        for (const name of names) left.delete(name);
        state.set(typeUrl, left);
      }
    },
    snapshot: () => new Map(Array.from(served, ([typeUrl, resources]) => [typeUrl, { resources }])),
  };
}
