import type { AuthorizationMode, MtlsMode } from '../model/daybreak-types.ts';
import type {
  GatewayRouteSpec,
  Listeners,
  MeshSpec,
  RouteSpec,
  ServiceDiscovery,
  VirtualGatewaySpec,
  VirtualNodeSpec,
  VirtualRouterListeners,
} from '../model/types.ts';
import type { NodeAccess } from './access/node-access.ts';
import type { ResourceId } from './resource.ts';

/** The id of a resource that a proxy can represent. */
export type ProxyId = ResourceId<'virtualNode'> | ResourceId<'virtualGateway'>;

/** The part of the model that one proxy's configuration depends on: plain data, lists sorted by name, no versions or times. */
export type ProxyView = VirtualNodeView | VirtualGatewayView;

/** The view of a virtual node's sidecar; `services` are its backends, each once. */
export type VirtualNodeView = {
  readonly kind: 'virtualNode';
  readonly mesh: MeshView;
  readonly name: string;
  readonly spec: VirtualNodeSpec;
  readonly security: ProxySecurity;
  /** The callers that the virtual node admits. Absent: all. */
  readonly access?: NodeAccess;
  readonly services: readonly ServiceView[];
};

/** The view of a virtual gateway; `services` are the targets of its gateway routes, each once. */
export type VirtualGatewayView = {
  readonly kind: 'virtualGateway';
  readonly mesh: MeshView;
  readonly name: string;
  readonly spec: VirtualGatewaySpec;
  readonly security: ProxySecurity;
  readonly routes: readonly GatewayRouteView[];
  readonly services: readonly ServiceView[];
};

/**
 * How a proxy admits the callers of its mesh. `mtls`: with or without mutual TLS between proxies. `authorization`: all callers, or only
 * those that may call it.
 */
export type ProxySecurity = { readonly mtls: MtlsMode; readonly authorization: AuthorizationMode };

/** The mesh that a proxy belongs to. */
export type MeshView = { readonly owner: string; readonly name: string; readonly spec: MeshSpec };

/** A gateway route of the viewed gateway. */
export type GatewayRouteView = { readonly name: string; readonly spec: GatewayRouteSpec };

/** A virtual service with its provider. */
export type ServiceView = { readonly name: string; readonly provider: ProviderView };

/**
 * The provider of a virtual service. `none`: the service exists and names no provider. `missing`: the service, or the provider
 * that it names, does not exist.
 */
export type ProviderView =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'missing';
      readonly what: 'virtualService' | 'virtualNode' | 'virtualRouter';
      readonly name: string;
    }
  | { readonly kind: 'virtualNode'; readonly node: TargetNode }
  | {
      readonly kind: 'virtualRouter';
      readonly name: string;
      readonly listeners: VirtualRouterListeners;
      readonly routes: readonly RouteView[];
      /** The existing targets of all routes, each once. */
      readonly nodes: readonly TargetNode[];
    };

/** A route of a virtual router. */
export type RouteView = { readonly name: string; readonly spec: RouteSpec };

/** A virtual node as its callers see it: their configuration depends on no other part of the node. */
export type TargetNode = {
  readonly name: string;
  readonly listeners: Listeners;
  readonly serviceDiscovery: ServiceDiscovery | undefined;
  /** Whether its callers use mutual TLS; absent: `OFF`. */
  readonly mtls?: Exclude<ProxySecurity['mtls'], 'OFF'>;
};
