// Generated from daybreak-v1.json by generate.ts: do not edit.

import type {
  MeshStatus,
  ResourceMetadata,
  TagList,
} from './types.ts';

export type AwsRolePrincipal = {
  readonly roleArn: string;
  readonly uniqueId?: string;
  readonly session?: RoleSession;
};

export type AwsUserPrincipal = {
  readonly userArn: string;
};

export type Cidrs = readonly string[];

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

export type JoinTokenData = {
  readonly expires: number;
  readonly node: string;
  readonly token: string;
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
};

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
};

/** Exactly one member is set. */
export type NodePrincipal = {
  readonly awsRole?: AwsRolePrincipal;
  readonly awsUser?: AwsUserPrincipal;
  readonly x509?: X509Principal;
};

export type NodePrincipals = readonly NodePrincipal[];

/** Exactly one member is set. */
export type ProxyReference = {
  readonly virtualNode?: VirtualNodeReference;
  readonly virtualGateway?: VirtualGatewayReference;
};

export type RoleSession = 'ANY' | 'ECS_TASK' | 'EC2_INSTANCE';

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
