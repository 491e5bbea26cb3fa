import type { CrdKind } from './objects.ts';

/** The conversion of a member that the API does not have. */
export type MemberRule =
  /** The API's spelling. */
  | { readonly rule: 'renamed'; readonly to: string }
  /** A reference to an object, by name and namespace. The API has its name, in the first of these members that the structure has. */
  | { readonly rule: 'reference'; readonly kind: CrdKind; readonly to: readonly string[] }
  /** A reference by an ARN of App Mesh. */
  | { readonly rule: 'arn'; readonly kind: string; readonly to: readonly string[] }
  /** A member about the cluster, from which names and memberships follow. The API has no such member. */
  | { readonly rule: 'cluster' };

const VIRTUAL_SERVICE = ['virtualServiceName'];
const VIRTUAL_NODE = ['virtualNodeName', 'virtualNode'];
const VIRTUAL_ROUTER = ['virtualRouterName'];

/**
 * The members that App Mesh's kinds in Kubernetes have (`appmesh.k8s.aws/v1beta2`, controller v1.13) and the API does not. All other
 * members have the names of the API.
 */
export const CRD_MEMBERS: Readonly<Record<string, MemberRule>> = {
  certificateARN: { rule: 'renamed', to: 'certificateArn' },
  certificateAuthorityARNs: { rule: 'renamed', to: 'certificateAuthorityArns' },
  meshServiceDiscovery: { rule: 'renamed', to: 'serviceDiscovery' },
  virtualServiceRef: { rule: 'reference', kind: 'VirtualService', to: VIRTUAL_SERVICE },
  virtualNodeRef: { rule: 'reference', kind: 'VirtualNode', to: VIRTUAL_NODE },
  virtualRouterRef: { rule: 'reference', kind: 'VirtualRouter', to: VIRTUAL_ROUTER },
  virtualServiceARN: { rule: 'arn', kind: 'virtualService', to: VIRTUAL_SERVICE },
  virtualNodeARN: { rule: 'arn', kind: 'virtualNode', to: VIRTUAL_NODE },
  virtualRouterARN: { rule: 'arn', kind: 'virtualRouter', to: VIRTUAL_ROUTER },
};

/** The members about the cluster at the top of a specification. */
export const CLUSTER_MEMBERS: Readonly<Record<string, MemberRule>> = Object.fromEntries(
  [
    'awsName',
    'meshOwner',
    'meshRef',
    'virtualGatewayRef',
    'podSelector',
    'namespaceSelector',
    'gatewayRouteSelector',
    'backendGroups',
    'routes',
  ].map((name) => [name, { rule: 'cluster' }]),
);
