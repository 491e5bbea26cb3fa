import type { DeltaUpdate } from '../../xds/client/update.ts';
import type { Resource, Snapshot, TypeUrl } from '../../xds/types.ts';

type Resources = ReadonlyMap<string, Resource>;

/**
 * Configuration from the control plane, in two states per type: `latest`, the sum of all updates, and `good`, the state of Envoy's last
 * ACK. After a NACK, Envoy gets `good` again. The next update still applies to `latest`, because the control plane sends differences.
 * Resources from disk begin as good ones of an earlier Envoy; they are `unconfirmed` until this Envoy ACKs them.
 */
export type RelayedConfig = {
  /** Applies an update to the latest resources, and serves them. */
  update(update: DeltaUpdate): void;
  /** Marks the latest resources of a type as good, after Envoy's ACK. */
  ack(typeUrl: TypeUrl): void;
  /** Serves the last good resources of a type again, if there are any, after Envoy's NACK. */
  nack(typeUrl: TypeUrl): void;
  /** Resets a type to the good resources for a new connection. Returns their versions by name, as initial resource versions. */
  restart(typeUrl: TypeUrl): ReadonlyMap<string, string>;
  /** Whether the good resources of a type are from disk, and this Envoy has not ACKed them. */
  isUnconfirmed(typeUrl: TypeUrl): boolean;
  /** Envoy has ACKed the resources from disk. */
  confirm(typeUrl: TypeUrl): void;
  /**
   * Envoy has NACKed the resources from disk: the control plane is asked for all of them again. They stay good as long as there is
   * nothing better.
   */
  distrust(typeUrl: TypeUrl): void;
  /** Returns the last good resources. */
  good(): ReadonlyMap<TypeUrl, Resources>;
  /** Removes resources that Envoy no longer subscribes to. */
  forget(typeUrl: TypeUrl, names: Iterable<string>): void;
  /** Returns the resources to serve to Envoy. Types without any response from the control plane are missing. */
  snapshot(): Snapshot;
};

/** Starts with the resources of an earlier Envoy. Default: none. */
export function createRelayedConfig(stored: ReadonlyMap<TypeUrl, Resources> = new Map()): RelayedConfig {
  const latest = new Map(stored);
  const good = new Map(stored);
  const served = new Map(stored);
  const unconfirmed = new Set(stored.keys());
  const distrusted = new Set<TypeUrl>();

  return {
    update({ typeUrl, resources, removed }) {
      const next = new Map(latest.get(typeUrl));
      for (const resource of resources) next.set(resource.name, resource);
      for (const name of removed) next.delete(name);
      latest.set(typeUrl, next);
      served.set(typeUrl, next);
    },
    ack(typeUrl) {
      const resources = latest.get(typeUrl);
      if (resources !== undefined) good.set(typeUrl, resources);
      unconfirmed.delete(typeUrl);
      distrusted.delete(typeUrl);
    },
    nack(typeUrl) {
      const resources = good.get(typeUrl);
      if (resources !== undefined) served.set(typeUrl, resources);
    },
    restart(typeUrl) {
      if (distrusted.has(typeUrl)) {
        latest.delete(typeUrl);
        return new Map();
      }
      const resources = good.get(typeUrl) ?? new Map<string, Resource>();
      if (good.has(typeUrl)) served.set(typeUrl, resources);
      else served.delete(typeUrl);
      latest.set(typeUrl, resources);
      return new Map(Array.from(resources.values(), ({ name, version }) => [name, version]));
    },
    forget(typeUrl, names) {
      for (const state of [latest, good, served]) {
        const resources = state.get(typeUrl);
        if (resources === undefined) continue;
        const left = new Map(resources);
        for (const name of names) left.delete(name);
        state.set(typeUrl, left);
      }
    },
    isUnconfirmed: (typeUrl) => unconfirmed.has(typeUrl),
    confirm: (typeUrl) => void unconfirmed.delete(typeUrl),
    distrust(typeUrl) {
      unconfirmed.delete(typeUrl);
      distrusted.add(typeUrl);
      latest.delete(typeUrl);
    },
    good: () => good,
    snapshot: () => new Map(Array.from(served, ([typeUrl, resources]) => [typeUrl, { resources }])),
  };
}
