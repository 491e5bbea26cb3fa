import type { TypeUrl } from '../../xds/types.ts';

/** The configuration that Envoy accepted last. */
export type AcceptedStatus = {
  /** When Envoy last accepted an update, or when the configuration from disk was live; undefined without either. */
  readonly acceptedAt: Date | undefined;
  /** The control plane's version of each type, by short name such as `Listener`: the same for the same content. */
  readonly versions: Readonly<Record<string, string>>;
};

/** Remembers the versions that Envoy accepted. */
export type AcceptedConfig = {
  readonly accept: (typeUrl: TypeUrl, version: string) => void;
  /** Whether this Envoy or one before it accepted an update of a type. */
  readonly has: (typeUrl: TypeUrl) => boolean;
  readonly status: () => AcceptedStatus;
};

/** Creates a record without versions. `since`: when the configuration from disk was live, if there is one. */
export function createAcceptedConfig(since?: Date): AcceptedConfig {
  const versions = new Map<string, string>();
  let acceptedAt = since;
  return {
    accept(typeUrl, version) {
      versions.set(shortName(typeUrl), version);
      acceptedAt = new Date();
    },
    has: (typeUrl) => versions.has(shortName(typeUrl)),
    status: () => ({ acceptedAt, versions: Object.fromEntries(versions) }),
  };
}

function shortName(typeUrl: TypeUrl): string {
  return typeUrl.slice(typeUrl.lastIndexOf('.') + 1);
}
