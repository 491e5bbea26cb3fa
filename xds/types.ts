/** The full name of a resource type, e.g. `type.googleapis.com/envoy.config.cluster.v3.Cluster`. */
export type TypeUrl = string;

/** One resource, encoded once: `any` is a `google.protobuf.Any`, its type URL within. */
export type Resource = { readonly name: string; readonly version: string; readonly any: Uint8Array };

/** One type's part of a snapshot. A version that is not given is the hash of the (name, version) pairs. */
export type TypeResources = {
  readonly version?: string;
  readonly resources: ReadonlyMap<string, Resource>;
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
