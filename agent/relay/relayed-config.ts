import type { DeltaUpdate } from '../../xds/client/update.ts';
import type { Resource, Snapshot, TypeUrl } from '../../xds/types.ts';
import { createRefusedVersions } from './nacks/refused-versions.ts';

type Resources = ReadonlyMap<string, Resource>;

/**
 * Configuration from the control plane, in three states per type: `latest`, the sum of all updates; `good`, all that Envoy accepted, a
 * resource at a time, because an Envoy that sends a NACK has applied the other resources of the response; and `served`, the latest ones
 * with the good ones in place of those that Envoy refused. An update applies to `latest`, because the control plane sends differences.
 * Resources from disk begin as good ones of an earlier Envoy; they are `unconfirmed` until this Envoy ACKs them.
 */
export type RelayedConfig = {
  /** Applies an update to the latest resources, and serves them, but for those that Envoy has refused in this version. */
  update(update: DeltaUpdate): void;
  /** Marks all served resources of a type as good: Envoy has all of them. */
  ack(typeUrl: TypeUrl): void;
  /** Marks resources of a response as good, and names as removed. Ignores resources that are no longer served in this version, and names that are served again. */
  accept(typeUrl: TypeUrl, resources: readonly Resource[], removed: readonly string[]): void;
  /** Envoy refused one resource: serves the last good one of that name again, if there is one. */
  refuse(typeUrl: TypeUrl, name: string): void;
  /** Returns the versions by name that Envoy refused and the control plane has not replaced. */
  refused(typeUrl: TypeUrl): ReadonlyMap<string, string>;
  /** Whether a resource, as it was sent to Envoy, is the one that is served now. */
  isServed(typeUrl: TypeUrl, resource: Resource): boolean;
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
  /** Drops all resources, as if there had been none on disk. */
  clear(): void;
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
  const refused = createRefusedVersions();
  const unconfirmed = new Set(stored.keys());
  const distrusted = new Set<TypeUrl>();

  /** The resource of this name that Envoy is to be served. */
  function servedOf(typeUrl: TypeUrl, resource: Resource): Resource {
    const isRefused = refused.has(typeUrl, resource);
    return (isRefused ? good.get(typeUrl)?.get(resource.name) : undefined) ?? resource;
  }

  function isServed(typeUrl: TypeUrl, { name, version }: Resource): boolean {
    const now = served.get(typeUrl)?.get(name)?.version;
    // A listener that was filled with the addresses of names has a hash behind the control plane's version.
    return now !== undefined && (version === now || version.startsWith(`${now}-`));
  }

  return {
    update({ typeUrl, resources, removed }) {
      const next = new Map(latest.get(typeUrl));
      for (const resource of resources) next.set(resource.name, resource);
      for (const name of removed) next.delete(name);
      latest.set(typeUrl, next);
      refused.keep(typeUrl, next);
      const replaced = (): Resources =>
        new Map(Array.from(next, ([name, each]) => [name, servedOf(typeUrl, each)]));
      served.set(typeUrl, refused.of(typeUrl).size > 0 ? replaced() : next);
    },
    ack(typeUrl) {
      const resources = served.get(typeUrl);
      if (resources !== undefined) good.set(typeUrl, resources);
      unconfirmed.delete(typeUrl);
      distrusted.delete(typeUrl);
    },
    accept(typeUrl, resources, removed) {
      const accepted = resources.filter((each) => isServed(typeUrl, each));
      const gone = removed.filter((name) => served.get(typeUrl)?.has(name) === false);
      if (accepted.length + gone.length === 0) return;
      const next = new Map(good.get(typeUrl));
      for (const name of gone) next.delete(name);
      for (const { name } of accepted) {
        const resource = served.get(typeUrl)?.get(name);
        if (resource === undefined) continue;
        next.set(name, resource);
        if (refused.has(typeUrl, resource)) refused.forget(typeUrl, name);
      }
      good.set(typeUrl, next);
    },
    refuse(typeUrl, name) {
      const resource = served.get(typeUrl)?.get(name);
      if (resource === undefined) return;
      refused.add(typeUrl, resource);
      served.set(typeUrl, new Map(served.get(typeUrl)).set(name, servedOf(typeUrl, resource)));
    },
    refused: (typeUrl) => refused.of(typeUrl),
    isServed,
    restart(typeUrl) {
      if (distrusted.has(typeUrl)) {
        latest.delete(typeUrl);
        return new Map();
      }
      refused.forgetAll(typeUrl);
      const resources = good.get(typeUrl) ?? new Map<string, Resource>();
      if (good.has(typeUrl)) served.set(typeUrl, resources);
      else served.delete(typeUrl);
      latest.set(typeUrl, resources);
      return new Map(Array.from(resources.values(), ({ name, version }) => [name, version]));
    },
    forget(typeUrl, names) {
      for (const name of names) refused.forget(typeUrl, name);
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
    clear() {
      for (const state of [latest, good, served, refused, unconfirmed, distrusted]) state.clear();
    },
    good: () => good,
    snapshot: () => new Map(Array.from(served, ([typeUrl, resources]) => [typeUrl, { resources }])),
  };
}
