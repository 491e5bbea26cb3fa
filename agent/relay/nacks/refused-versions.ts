import type { Resource, TypeUrl } from '../../../xds/types.ts';

type Versions = ReadonlyMap<string, string>;

/** Versions of resources that Envoy refused, by type and name. */
export type RefusedVersions = {
  add(typeUrl: TypeUrl, resource: Resource): void;
  /** Whether Envoy refused this version of the resource. */
  has(typeUrl: TypeUrl, resource: Resource): boolean;
  of(typeUrl: TypeUrl): Versions;
  /** Forgets all versions of a type but those of `latest`. */
  keep(typeUrl: TypeUrl, latest: ReadonlyMap<string, Resource>): void;
  forget(typeUrl: TypeUrl, name: string): void;
  forgetAll(typeUrl: TypeUrl): void;
  clear(): void;
};

/** Creates an empty set of refused versions. */
export function createRefusedVersions(): RefusedVersions {
  const byType = new Map<TypeUrl, Map<string, string>>();
  const of = (typeUrl: TypeUrl): Versions => byType.get(typeUrl) ?? new Map<string, string>();
  return {
    add(typeUrl, { name, version }) {
      byType.set(typeUrl, new Map(of(typeUrl)).set(name, version));
    },
    has: (typeUrl, { name, version }) => of(typeUrl).get(name) === version,
    of,
    keep(typeUrl, latest) {
      for (const [name, version] of of(typeUrl))
        if (latest.get(name)?.version !== version) byType.get(typeUrl)?.delete(name);
    },
    forget: (typeUrl, name) => void byType.get(typeUrl)?.delete(name),
    forgetAll: (typeUrl) => void byType.delete(typeUrl),
    clear: () => byType.clear(),
  };
}
