import type { CrdKind } from './objects.ts';

/** The conversion of a member that the API does not have. */
export type MemberRule =
  /** The API spells it so. */
  | { readonly rule: 'renamed'; readonly to: string }
  /** An object, by name and namespace: the API has its name, in the first of these members that the structure has. */
  | { readonly rule: 'reference'; readonly kind: CrdKind; readonly to: readonly string[] }
  /** The same by an ARN of App Mesh. */
  | { readonly rule: 'arn'; readonly kind: string; readonly to: readonly string[] }
  /** It says something of the cluster: names and memberships come of it, and the API has no place for it. */
  | { readonly rule: 'cluster' };

const VIRTUAL_SERVICE = ['virtualServiceName'];
const VIRTUAL_NODE = ['virtualNodeName', 'virtualNode'];
const VIRTUAL_ROUTER = ['virtualRouterName'];

/**
 * The members that App Mesh's kinds in Kubernetes have (`appmesh.k8s.aws/v1beta2`, controller v1.13) and the API has not. All
 * others are the API's, in its spelling.
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

/** Those at the top of a specification that say something of the cluster. */
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
