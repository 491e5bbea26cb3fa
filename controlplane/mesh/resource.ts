import type {
  GatewayRouteSpec,
  MeshSpec,
  RouteSpec,
  VirtualGatewaySpec,
  VirtualNodeSpec,
  VirtualRouterSpec,
  VirtualServiceSpec,
} from '../model/types.ts';

/** The specification of each of the seven kinds of resource. */
export type Specs = {
  mesh: MeshSpec;
  virtualNode: VirtualNodeSpec;
  virtualService: VirtualServiceSpec;
  virtualRouter: VirtualRouterSpec;
  route: RouteSpec;
  virtualGateway: VirtualGatewaySpec;
  gatewayRoute: GatewayRouteSpec;
};

/** The kind of a resource. */
export type Kind = keyof Specs;

/** The kinds, parents before children. */
export const KINDS = [
  'mesh',
  'virtualNode',
  'virtualRouter',
  'route',
  'virtualService',
  'virtualGateway',
  'gatewayRoute',
] as const satisfies readonly Kind[];

/** The id of a mesh: the account of its owner, and its name. Two accounts may each have a mesh of the same name. */
export type MeshId = { readonly owner: string; readonly mesh: string };

/** The id of a resource. `parent` is the virtual router of a route, the virtual gateway of a gateway route, else ''. */
export type ResourceId<K extends Kind = Kind> = MeshId & {
  readonly kind: K;
  readonly parent: string;
  readonly name: string;
};

/** A resource as it is stored. Times are milliseconds since 1970; `version` starts at 1 and increases with each change. */
export type Resource<K extends Kind = Kind> = ResourceId<K> & {
  readonly spec: Specs[K];
  readonly uid: string;
  readonly version: number;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  /** The account that created the resource; may differ from `owner` in a shared mesh. */
  readonly resourceOwner: string;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
};

/** One committed change: `resource` is its state afterwards, undefined when it was deleted. */
export type Change = {
  readonly revision: number;
  readonly id: ResourceId;
  readonly resource: Resource | undefined;
};
