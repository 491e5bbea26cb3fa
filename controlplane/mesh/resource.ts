import type {
  AuthorityRecord,
  CertificateRecord,
  JoinTokenRecord,
  NodeFactRecord,
} from './identity-records.ts';
import type { AccessPolicySpec, MeshIdentitySpec, NodeIdentitySpec } from '../model/daybreak-types.ts';
import type {
  GatewayRouteSpec,
  MeshSpec,
  RouteSpec,
  VirtualGatewaySpec,
  VirtualNodeSpec,
  VirtualRouterSpec,
  VirtualServiceSpec,
} from '../model/types.ts';

/** The specification of each of App Mesh's seven kinds of resource. */
export type AppMeshSpecs = {
  mesh: MeshSpec;
  virtualNode: VirtualNodeSpec;
  virtualService: VirtualServiceSpec;
  virtualRouter: VirtualRouterSpec;
  route: RouteSpec;
  virtualGateway: VirtualGatewaySpec;
  gatewayRoute: GatewayRouteSpec;
};

/** The specification of each kind that the API has: App Mesh's seven, and Daybreak's own. */
export type ApiSpecs = AppMeshSpecs & {
  meshIdentity: MeshIdentitySpec;
  nodeIdentity: NodeIdentitySpec;
  accessPolicy: AccessPolicySpec;
};

/** The content of every kind in the store. The API does not show the last four, which the control plane writes for itself. */
export type Specs = ApiSpecs & {
  authority: AuthorityRecord;
  joinToken: JoinTokenRecord;
  certificate: CertificateRecord;
  nodeFact: NodeFactRecord;
};

/** The kind of a resource of App Mesh. */
export type AppMeshKind = keyof AppMeshSpecs;

/** The kind of a resource that the API has. */
export type ApiKind = keyof ApiSpecs;

/** The kind of a resource in the store. */
export type Kind = keyof Specs;

/** App Mesh's kinds, parents before children. */
export const APP_MESH_KINDS = [
  'mesh',
  'virtualNode',
  'virtualRouter',
  'route',
  'virtualService',
  'virtualGateway',
  'gatewayRoute',
] as const satisfies readonly AppMeshKind[];

/** Daybreak's own kinds. A program that knows App Mesh alone never shows, changes or loses them. */
export const DAYBREAK_KINDS = [
  'meshIdentity',
  'nodeIdentity',
  'accessPolicy',
] as const satisfies readonly ApiKind[];

/** All kinds of the API, parents before children. */
export const KINDS = [...APP_MESH_KINDS, ...DAYBREAK_KINDS] as const;

/** All kinds in the store. */
export const STORED_KINDS: readonly Kind[] = [...KINDS, 'authority', 'joinToken', 'certificate', 'nodeFact'];

/** Whether a kind is App Mesh's own. */
export function isAppMeshKind(kind: Kind): kind is AppMeshKind {
  return APP_MESH_KINDS.some((each) => each === kind);
}

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
