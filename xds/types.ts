/** The full name of a resource type, e.g. `type.googleapis.com/envoy.config.cluster.v3.Cluster`. */
export type TypeUrl = string;

/** One resource, encoded once: `any` is a `google.protobuf.Any`, its type URL within. */
export type Resource = {
  readonly name: string;
  readonly version: string;
  readonly any: Uint8Array;
  /**
   * How long a client that has lost its server may keep it, in milliseconds; it is refreshed while there is a server. Only for
   * clients that support it; the others keep it. Default: for ever.
   */
  readonly ttlMs?: number;
};

/** One type's part of a snapshot. A version that is not given is the hash of the (name, version) pairs. */
export type TypeResources = {
  readonly version?: string;
  readonly resources: ReadonlyMap<string, Resource>;
  /**
   * Names that are meant to exist, and of which no more is known for now. Who has something under one keeps it; who has
   * nothing is given this meanwhile, or told that there is nothing, so that it does not wait. None of these names is among
   * the resources.
   */
  readonly unknown?: ReadonlyMap<string, Resource | undefined>;
};

/** All that one proxy is to have. Several proxies share one under a key. A type that is absent is unknown: not yet empty. */
export type Snapshot = ReadonlyMap<TypeUrl, TypeResources>;

const PREFIX = 'type.googleapis.com/';

/** The types that the server orders; each can be asked for on ADS. */
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
 * The same URL, and where it is one of these, the very string: a stream looks its types up many times for each request, and a
 * string that was read from a message is compared letter by letter each time.
 */
export function sameTypeUrl(read: TypeUrl): TypeUrl {
  return KNOWN.get(read) ?? read;
}

/** A type's name without its package: `Cluster`. */
export function shortName(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('.') + 1);
}
