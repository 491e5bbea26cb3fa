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

/** What a resource can be. */
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

/** A mesh, named by its owner's account and its name: two accounts may each have a mesh of one name. */
export type MeshId = { readonly owner: string; readonly mesh: string };

/** What names a resource. `parent` is the virtual router of a route, the virtual gateway of a gateway route, else ''. */
export type ResourceId<K extends Kind = Kind> = MeshId & {
  readonly kind: K;
  readonly parent: string;
  readonly name: string;
};

/** A resource as it is stored. Times are milliseconds since 1970; `version` starts at 1 and rises with each change. */
export type Resource<K extends Kind = Kind> = ResourceId<K> & {
  readonly spec: Specs[K];
  readonly uid: string;
  readonly version: number;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  /** The account that made it; differs from `owner` in a shared mesh. */
  readonly resourceOwner: string;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
};

/** One committed change: `resource` is its state afterwards, undefined when it was deleted. */
export type Change = {
  readonly revision: number;
  readonly id: ResourceId;
  readonly resource: Resource | undefined;
};
