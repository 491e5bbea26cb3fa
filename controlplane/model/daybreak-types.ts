// Generated from daybreak-v1.json by generate.ts: do not edit.

import type {
  HttpMethod,
  MeshStatus,
  ResourceMetadata,
  TagList,
} from './types.ts';

/** Exactly one member is set. */
export type AccessPath = {
  readonly exact?: string;
  readonly prefix?: string;
};

export type AccessPolicyData = {
  readonly meshName: string;
  readonly metadata: ResourceMetadata;
  readonly accessPolicyName: string;
  readonly spec: AccessPolicySpec;
  readonly status: MeshStatus;
};

export type AccessPolicyList = readonly AccessPolicyRef[];

export type AccessPolicyRef = {
  readonly arn: string;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  readonly meshName: string;
  readonly meshOwner: string;
  readonly accessPolicyName: string;
  readonly resourceOwner: string;
  readonly version: number;
};

export type AccessPolicySpec = {
  readonly target?: AccessTarget;
  readonly allow?: AccessRules;
  readonly deny?: AccessRules;
  readonly unauthenticated?: UnauthenticatedRules;
};

export type AccessRule = {
  readonly from?: Callers;
  readonly ports?: Ports;
  readonly http?: HttpAccesses;
};

export type AccessRules = readonly AccessRule[];

export type AccessTarget = {
  readonly virtualNode: VirtualNodeReference;
};

export type AuthorizationMode = 'OFF' | 'AUDIT' | 'ENFORCE';

export type AwsRolePrincipal = {
  readonly roleArn: string;
  readonly uniqueId?: string;
  readonly session?: RoleSession;
};

export type AwsUserPrincipal = {
  readonly userArn: string;
};

/** Exactly one member is set. */
export type Caller = {
  readonly virtualNode?: VirtualNodeReference;
  readonly virtualGateway?: VirtualGatewayReference;
  readonly spiffeId?: string;
};

export type Callers = readonly Caller[];

export type Cidrs = readonly string[];

export type CreateAccessPolicyInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly accessPolicyName: string;
  readonly spec: AccessPolicySpec;
  readonly tags?: TagList;
  readonly clientToken?: string;
};

export type CreateAccessPolicyOutput = {
  readonly accessPolicy: AccessPolicyData;
};

export type CreateJoinTokenInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly proxy: ProxyReference;
  readonly seconds?: number;
  readonly cidrs?: Cidrs;
};

export type CreateJoinTokenOutput = {
  readonly joinToken: JoinTokenData;
};

export type CreateMeshIdentityInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly meshIdentityName: MeshIdentityName;
  readonly spec: MeshIdentitySpec;
  readonly tags?: TagList;
  readonly clientToken?: string;
};

export type CreateMeshIdentityOutput = {
  readonly meshIdentity: MeshIdentityData;
};

export type CreateNodeIdentityInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly nodeIdentityName: string;
  readonly spec: NodeIdentitySpec;
  readonly tags?: TagList;
  readonly clientToken?: string;
};

export type CreateNodeIdentityOutput = {
  readonly nodeIdentity: NodeIdentityData;
};

export type DeleteAccessPolicyInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly accessPolicyName: string;
};

export type DeleteAccessPolicyOutput = {
  readonly accessPolicy: AccessPolicyData;
};

export type DeleteMeshIdentityInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly meshIdentityName: MeshIdentityName;
};

export type DeleteMeshIdentityOutput = {
  readonly meshIdentity: MeshIdentityData;
};

export type DeleteNodeIdentityInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly nodeIdentityName: string;
};

export type DeleteNodeIdentityOutput = {
  readonly nodeIdentity: NodeIdentityData;
};

export type DescribeAccessPolicyInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly accessPolicyName: string;
};

export type DescribeAccessPolicyOutput = {
  readonly accessPolicy: AccessPolicyData;
};

export type DescribeMeshIdentityInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly meshIdentityName: MeshIdentityName;
};

export type DescribeMeshIdentityOutput = {
  readonly meshIdentity: MeshIdentityData;
};

export type DescribeNodeIdentityInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly nodeIdentityName: string;
};

export type DescribeNodeIdentityOutput = {
  readonly nodeIdentity: NodeIdentityData;
};

export type HttpAccess = {
  readonly methods?: HttpMethods;
  readonly path?: AccessPath;
};

export type HttpAccesses = readonly HttpAccess[];

export type HttpMethods = readonly HttpMethod[];

export type JoinTokenData = {
  readonly expires: number;
  readonly node: string;
  readonly token: string;
};

export type ListAccessPoliciesInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly limit?: number;
  readonly nextToken?: string;
};

export type ListAccessPoliciesOutput = {
  readonly accessPolicies: AccessPolicyList;
  readonly nextToken?: string;
};

export type ListMeshIdentitiesInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly limit?: number;
  readonly nextToken?: string;
};

export type ListMeshIdentitiesOutput = {
  readonly meshIdentities: MeshIdentityList;
  readonly nextToken?: string;
};

export type ListNodeIdentitiesInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly limit?: number;
  readonly nextToken?: string;
};

export type ListNodeIdentitiesOutput = {
  readonly nodeIdentities: NodeIdentityList;
  readonly nextToken?: string;
};

export type MeshIdentityData = {
  readonly meshName: string;
  readonly metadata: ResourceMetadata;
  readonly meshIdentityName: MeshIdentityName;
  readonly spec: MeshIdentitySpec;
  readonly status: MeshStatus;
};

export type MeshIdentityList = readonly MeshIdentityRef[];

export type MeshIdentityName = 'default';

export type MeshIdentityRef = {
  readonly arn: string;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  readonly meshName: string;
  readonly meshOwner: string;
  readonly meshIdentityName: MeshIdentityName;
  readonly resourceOwner: string;
  readonly version: number;
};

export type MeshIdentitySpec = {
  readonly certificateHours?: number;
  readonly proofHours?: number;
  readonly expiredGraceHours?: number;
  readonly mtls?: MtlsMode;
  readonly forceStrict?: boolean;
  readonly authorization?: AuthorizationMode;
};

export type MtlsMode = 'OFF' | 'PERMISSIVE' | 'STRICT';

export type NodeIdentityData = {
  readonly meshName: string;
  readonly metadata: ResourceMetadata;
  readonly nodeIdentityName: string;
  readonly spec: NodeIdentitySpec;
  readonly status: MeshStatus;
};

export type NodeIdentityList = readonly NodeIdentityRef[];

export type NodeIdentityRef = {
  readonly arn: string;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  readonly meshName: string;
  readonly meshOwner: string;
  readonly nodeIdentityName: string;
  readonly resourceOwner: string;
  readonly version: number;
};

export type NodeIdentitySpec = {
  readonly proxy: ProxyReference;
  readonly principals: NodePrincipals;
  readonly mtls?: MtlsMode;
  readonly forceStrict?: boolean;
  readonly authorization?: AuthorizationMode;
};

/** Exactly one member is set. */
export type NodePrincipal = {
  readonly awsRole?: AwsRolePrincipal;
  readonly awsUser?: AwsUserPrincipal;
  readonly x509?: X509Principal;
};

export type NodePrincipals = readonly NodePrincipal[];

export type Ports = readonly number[];

/** Exactly one member is set. */
export type ProxyReference = {
  readonly virtualNode?: VirtualNodeReference;
  readonly virtualGateway?: VirtualGatewayReference;
};

export type RoleSession = 'ANY' | 'ECS_TASK' | 'EC2_INSTANCE';

export type UnauthenticatedRule = {
  readonly cidrs?: Cidrs;
  readonly ports?: Ports;
  readonly http?: HttpAccesses;
};

export type UnauthenticatedRules = readonly UnauthenticatedRule[];

export type UpdateAccessPolicyInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly accessPolicyName: string;
  readonly spec: AccessPolicySpec;
  readonly clientToken?: string;
};

export type UpdateAccessPolicyOutput = {
  readonly accessPolicy: AccessPolicyData;
};

export type UpdateMeshIdentityInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly meshIdentityName: MeshIdentityName;
  readonly spec: MeshIdentitySpec;
  readonly clientToken?: string;
};

export type UpdateMeshIdentityOutput = {
  readonly meshIdentity: MeshIdentityData;
};

export type UpdateNodeIdentityInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly nodeIdentityName: string;
  readonly spec: NodeIdentitySpec;
  readonly clientToken?: string;
};

export type UpdateNodeIdentityOutput = {
  readonly nodeIdentity: NodeIdentityData;
};

export type VirtualGatewayReference = {
  readonly virtualGatewayName: string;
};

export type VirtualNodeReference = {
  readonly virtualNodeName: string;
};

/** Exactly one member is set. */
export type X509Principal = {
  readonly uri?: string;
  readonly dns?: string;
};
