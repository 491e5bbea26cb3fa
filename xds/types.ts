/** The full name of a resource type, e.g. `type.googleapis.com/envoy.config.cluster.v3.Cluster`. */
export type TypeUrl = string;

/** One resource, encoded once: `any` is a `google.protobuf.Any` with the type URL. */
export type Resource = {
  readonly name: string;
  readonly version: string;
  readonly any: Uint8Array;
  /**
   * Time to live: how long a client that has lost its server may keep the resource, in milliseconds. Heartbeats refresh it while the
   * client is connected. Clients that do not support it keep the resource. Default: unlimited.
   */
  readonly ttlMs?: number;
};

/** One type's part of a snapshot. `version` defaults to the hash of the (name, version) pairs. */
export type TypeResources = {
  readonly version?: string;
  readonly resources: ReadonlyMap<string, Resource>;
  /**
   * Names that should exist, but whose contents are not known yet. A client that has such a resource keeps it. Any other client gets
   * the interim resource given here, or is told that there is none, so that it does not wait. No such name is in `resources`.
   */
  readonly unknown?: ReadonlyMap<string, Resource | undefined>;
};

/** All resources for one proxy. Proxies with the same key share a snapshot. An absent type is unknown, which is not the same as empty. */
export type Snapshot = ReadonlyMap<TypeUrl, TypeResources>;

const PREFIX = 'type.googleapis.com/';

/** The resource types that the server knows; ADS serves all of them. */
export const CLUSTER: TypeUrl = `${PREFIX}envoy.config.cluster.v3.Cluster`;
export const ENDPOINTS: TypeUrl = `${PREFIX}envoy.config.endpoint.v3.ClusterLoadAssignment`;
export const LISTENER: TypeUrl = `${PREFIX}envoy.config.listener.v3.Listener`;
export const ROUTES: TypeUrl = `${PREFIX}envoy.config.route.v3.RouteConfiguration`;
export const SECRET: TypeUrl = `${PREFIX}envoy.extensions.transport_sockets.tls.v3.Secret`;
export const EXTENSION_CONFIG: TypeUrl = `${PREFIX}envoy.config.core.v3.TypedExtensionConfig`;
export const RUNTIME: TypeUrl = `${PREFIX}envoy.service.runtime.v3.Runtime`;

const KNOWN: ReadonlyMap<TypeUrl, TypeUrl> = new Map(
  [CLUSTER, ENDPOINTS, LISTENER, ROUTES, SECRET, EXTENSION_CONFIG, RUNTIME].map((each) => [each, each]),
);

/**
 * Returns the constant for a known type URL, else the URL itself. A stream looks types up many times per request, and comparing a
 * string from a message is slower: it goes character by character.
 */
export function sameTypeUrl(read: TypeUrl): TypeUrl {
  return KNOWN.get(read) ?? read;
}

/** Returns a type's name without its package: `Cluster`. */
export function shortName(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('.') + 1);
}
