// Generated from appmesh-2019-01-25.json by generate.ts: do not edit.

/** Exactly one member is set. */
export type AccessLog = {
  readonly file?: FileAccessLog;
};

export type AwsCloudMapInstanceAttribute = {
  readonly key: string;
  readonly value: string;
};

export type AwsCloudMapInstanceAttributes = readonly AwsCloudMapInstanceAttribute[];

export type AwsCloudMapServiceDiscovery = {
  readonly attributes?: AwsCloudMapInstanceAttributes;
  readonly ipPreference?: IpPreference;
  readonly namespaceName: string;
  readonly serviceName: string;
};

/** Exactly one member is set. */
export type Backend = {
  readonly virtualService?: VirtualServiceBackend;
};

export type BackendDefaults = {
  readonly clientPolicy?: ClientPolicy;
};

export type Backends = readonly Backend[];

export type BadRequestException = {
  readonly message?: string;
};

export type CertificateAuthorityArns = readonly string[];

export type ClientPolicy = {
  readonly tls?: ClientPolicyTls;
};

export type ClientPolicyTls = {
  readonly certificate?: ClientTlsCertificate;
  readonly enforce?: boolean;
  readonly ports?: PortSet;
  readonly validation: TlsValidationContext;
};

/** Exactly one member is set. */
export type ClientTlsCertificate = {
  readonly file?: ListenerTlsFileCertificate;
  readonly sds?: ListenerTlsSdsCertificate;
};

export type ConflictException = {
  readonly message?: string;
};

export type CreateGatewayRouteInput = {
  readonly clientToken?: string;
  readonly gatewayRouteName: string;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly spec: GatewayRouteSpec;
  readonly tags?: TagList;
  readonly virtualGatewayName: string;
};

export type CreateGatewayRouteOutput = {
  readonly gatewayRoute: GatewayRouteData;
};

export type CreateMeshInput = {
  readonly clientToken?: string;
  readonly meshName: string;
  readonly spec?: MeshSpec;
  readonly tags?: TagList;
};

export type CreateMeshOutput = {
  readonly mesh: MeshData;
};

export type CreateRouteInput = {
  readonly clientToken?: string;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly routeName: string;
  readonly spec: RouteSpec;
  readonly tags?: TagList;
  readonly virtualRouterName: string;
};

export type CreateRouteOutput = {
  readonly route: RouteData;
};

export type CreateVirtualGatewayInput = {
  readonly clientToken?: string;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly spec: VirtualGatewaySpec;
  readonly tags?: TagList;
  readonly virtualGatewayName: string;
};

export type CreateVirtualGatewayOutput = {
  readonly virtualGateway: VirtualGatewayData;
};

export type CreateVirtualNodeInput = {
  readonly clientToken?: string;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly spec: VirtualNodeSpec;
  readonly tags?: TagList;
  readonly virtualNodeName: string;
};

export type CreateVirtualNodeOutput = {
  readonly virtualNode: VirtualNodeData;
};

export type CreateVirtualRouterInput = {
  readonly clientToken?: string;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly spec: VirtualRouterSpec;
  readonly tags?: TagList;
  readonly virtualRouterName: string;
};

export type CreateVirtualRouterOutput = {
  readonly virtualRouter: VirtualRouterData;
};

export type CreateVirtualServiceInput = {
  readonly clientToken?: string;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly spec: VirtualServiceSpec;
  readonly tags?: TagList;
  readonly virtualServiceName: string;
};

export type CreateVirtualServiceOutput = {
  readonly virtualService: VirtualServiceData;
};

export type DefaultGatewayRouteRewrite = 'ENABLED' | 'DISABLED';

export type DeleteGatewayRouteInput = {
  readonly gatewayRouteName: string;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly virtualGatewayName: string;
};

export type DeleteGatewayRouteOutput = {
  readonly gatewayRoute: GatewayRouteData;
};

export type DeleteMeshInput = {
  readonly meshName: string;
};

export type DeleteMeshOutput = {
  readonly mesh: MeshData;
};

export type DeleteRouteInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly routeName: string;
  readonly virtualRouterName: string;
};

export type DeleteRouteOutput = {
  readonly route: RouteData;
};

export type DeleteVirtualGatewayInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly virtualGatewayName: string;
};

export type DeleteVirtualGatewayOutput = {
  readonly virtualGateway: VirtualGatewayData;
};

export type DeleteVirtualNodeInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly virtualNodeName: string;
};

export type DeleteVirtualNodeOutput = {
  readonly virtualNode: VirtualNodeData;
};

export type DeleteVirtualRouterInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly virtualRouterName: string;
};

export type DeleteVirtualRouterOutput = {
  readonly virtualRouter: VirtualRouterData;
};

export type DeleteVirtualServiceInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly virtualServiceName: string;
};

export type DeleteVirtualServiceOutput = {
  readonly virtualService: VirtualServiceData;
};

export type DescribeGatewayRouteInput = {
  readonly gatewayRouteName: string;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly virtualGatewayName: string;
};

export type DescribeGatewayRouteOutput = {
  readonly gatewayRoute: GatewayRouteData;
};

export type DescribeMeshInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
};

export type DescribeMeshOutput = {
  readonly mesh: MeshData;
};

export type DescribeRouteInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly routeName: string;
  readonly virtualRouterName: string;
};

export type DescribeRouteOutput = {
  readonly route: RouteData;
};

export type DescribeVirtualGatewayInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly virtualGatewayName: string;
};

export type DescribeVirtualGatewayOutput = {
  readonly virtualGateway: VirtualGatewayData;
};

export type DescribeVirtualNodeInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly virtualNodeName: string;
};

export type DescribeVirtualNodeOutput = {
  readonly virtualNode: VirtualNodeData;
};

export type DescribeVirtualRouterInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly virtualRouterName: string;
};

export type DescribeVirtualRouterOutput = {
  readonly virtualRouter: VirtualRouterData;
};

export type DescribeVirtualServiceInput = {
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly virtualServiceName: string;
};

export type DescribeVirtualServiceOutput = {
  readonly virtualService: VirtualServiceData;
};

export type DnsResponseType = 'LOADBALANCER' | 'ENDPOINTS';

export type DnsServiceDiscovery = {
  readonly hostname: string;
  readonly ipPreference?: IpPreference;
  readonly responseType?: DnsResponseType;
};

export type Duration = {
  readonly unit?: DurationUnit;
  readonly value?: number;
};

export type DurationUnit = 's' | 'ms';

export type EgressFilter = {
  readonly type: EgressFilterType;
};

export type EgressFilterType = 'ALLOW_ALL' | 'DROP_ALL';

export type FileAccessLog = {
  readonly format?: LoggingFormat;
  readonly path: string;
};

export type ForbiddenException = {
  readonly message?: string;
};

export type GatewayRouteData = {
  readonly gatewayRouteName: string;
  readonly meshName: string;
  readonly metadata: ResourceMetadata;
  readonly spec: GatewayRouteSpec;
  readonly status: GatewayRouteStatus;
  readonly virtualGatewayName: string;
};

export type GatewayRouteHostnameMatch = {
  readonly exact?: string;
  readonly suffix?: string;
};

export type GatewayRouteHostnameRewrite = {
  readonly defaultTargetHostname?: DefaultGatewayRouteRewrite;
};

export type GatewayRouteList = readonly GatewayRouteRef[];

export type GatewayRouteRef = {
  readonly arn: string;
  readonly createdAt: number;
  readonly gatewayRouteName: string;
  readonly lastUpdatedAt: number;
  readonly meshName: string;
  readonly meshOwner: string;
  readonly resourceOwner: string;
  readonly version: number;
  readonly virtualGatewayName: string;
};

export type GatewayRouteSpec = {
  readonly grpcRoute?: GrpcGatewayRoute;
  readonly http2Route?: HttpGatewayRoute;
  readonly httpRoute?: HttpGatewayRoute;
  readonly priority?: number;
};

export type GatewayRouteStatus = {
  readonly status: GatewayRouteStatusCode;
};

export type GatewayRouteStatusCode = 'ACTIVE' | 'INACTIVE' | 'DELETED';

export type GatewayRouteTarget = {
  readonly port?: number;
  readonly virtualService: GatewayRouteVirtualService;
};

export type GatewayRouteVirtualService = {
  readonly virtualServiceName: string;
};

export type GrpcGatewayRoute = {
  readonly action: GrpcGatewayRouteAction;
  readonly match: GrpcGatewayRouteMatch;
};

export type GrpcGatewayRouteAction = {
  readonly rewrite?: GrpcGatewayRouteRewrite;
  readonly target: GatewayRouteTarget;
};

export type GrpcGatewayRouteMatch = {
  readonly hostname?: GatewayRouteHostnameMatch;
  readonly metadata?: GrpcGatewayRouteMetadataList;
  readonly port?: number;
  readonly serviceName?: string;
};

export type GrpcGatewayRouteMetadata = {
  readonly invert?: boolean;
  readonly match?: GrpcMetadataMatchMethod;
  readonly name: string;
};

export type GrpcGatewayRouteMetadataList = readonly GrpcGatewayRouteMetadata[];

export type GrpcGatewayRouteRewrite = {
  readonly hostname?: GatewayRouteHostnameRewrite;
};

/** Exactly one member is set. */
export type GrpcMetadataMatchMethod = {
  readonly exact?: string;
  readonly prefix?: string;
  readonly range?: MatchRange;
  readonly regex?: string;
  readonly suffix?: string;
};

export type GrpcRetryPolicy = {
  readonly grpcRetryEvents?: GrpcRetryPolicyEvents;
  readonly httpRetryEvents?: HttpRetryPolicyEvents;
  readonly maxRetries: number;
  readonly perRetryTimeout: Duration;
  readonly tcpRetryEvents?: TcpRetryPolicyEvents;
};

export type GrpcRetryPolicyEvent = 'cancelled' | 'deadline-exceeded' | 'internal' | 'resource-exhausted' | 'unavailable';

export type GrpcRetryPolicyEvents = readonly GrpcRetryPolicyEvent[];

export type GrpcRoute = {
  readonly action: GrpcRouteAction;
  readonly match: GrpcRouteMatch;
  readonly retryPolicy?: GrpcRetryPolicy;
  readonly timeout?: GrpcTimeout;
};

export type GrpcRouteAction = {
  readonly weightedTargets: WeightedTargets;
};

export type GrpcRouteMatch = {
  readonly metadata?: GrpcRouteMetadataList;
  readonly methodName?: string;
  readonly port?: number;
  readonly serviceName?: string;
};

export type GrpcRouteMetadata = {
  readonly invert?: boolean;
  readonly match?: GrpcRouteMetadataMatchMethod;
  readonly name: string;
};

export type GrpcRouteMetadataList = readonly GrpcRouteMetadata[];

/** Exactly one member is set. */
export type GrpcRouteMetadataMatchMethod = {
  readonly exact?: string;
  readonly prefix?: string;
  readonly range?: MatchRange;
  readonly regex?: string;
  readonly suffix?: string;
};

export type GrpcTimeout = {
  readonly idle?: Duration;
  readonly perRequest?: Duration;
};

/** Exactly one member is set. */
export type HeaderMatchMethod = {
  readonly exact?: string;
  readonly prefix?: string;
  readonly range?: MatchRange;
  readonly regex?: string;
  readonly suffix?: string;
};

export type HealthCheckPolicy = {
  readonly healthyThreshold: number;
  readonly intervalMillis: number;
  readonly path?: string;
  readonly port?: number;
  readonly protocol: PortProtocol;
  readonly timeoutMillis: number;
  readonly unhealthyThreshold: number;
};

export type HttpGatewayRoute = {
  readonly action: HttpGatewayRouteAction;
  readonly match: HttpGatewayRouteMatch;
};

export type HttpGatewayRouteAction = {
  readonly rewrite?: HttpGatewayRouteRewrite;
  readonly target: GatewayRouteTarget;
};

export type HttpGatewayRouteHeader = {
  readonly invert?: boolean;
  readonly match?: HeaderMatchMethod;
  readonly name: string;
};

export type HttpGatewayRouteHeaders = readonly HttpGatewayRouteHeader[];

export type HttpGatewayRouteMatch = {
  readonly headers?: HttpGatewayRouteHeaders;
  readonly hostname?: GatewayRouteHostnameMatch;
  readonly method?: HttpMethod;
  readonly path?: HttpPathMatch;
  readonly port?: number;
  readonly prefix?: string;
  readonly queryParameters?: HttpQueryParameters;
};

export type HttpGatewayRoutePathRewrite = {
  readonly exact?: string;
};

export type HttpGatewayRoutePrefixRewrite = {
  readonly defaultPrefix?: DefaultGatewayRouteRewrite;
  readonly value?: string;
};

export type HttpGatewayRouteRewrite = {
  readonly hostname?: GatewayRouteHostnameRewrite;
  readonly path?: HttpGatewayRoutePathRewrite;
  readonly prefix?: HttpGatewayRoutePrefixRewrite;
};

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'CONNECT' | 'OPTIONS' | 'TRACE' | 'PATCH';

export type HttpPathMatch = {
  readonly exact?: string;
  readonly regex?: string;
};

export type HttpQueryParameter = {
  readonly match?: QueryParameterMatch;
  readonly name: string;
};

export type HttpQueryParameters = readonly HttpQueryParameter[];

export type HttpRetryPolicy = {
  readonly httpRetryEvents?: HttpRetryPolicyEvents;
  readonly maxRetries: number;
  readonly perRetryTimeout: Duration;
  readonly tcpRetryEvents?: TcpRetryPolicyEvents;
};

export type HttpRetryPolicyEvents = readonly string[];

export type HttpRoute = {
  readonly action: HttpRouteAction;
  readonly match: HttpRouteMatch;
  readonly retryPolicy?: HttpRetryPolicy;
  readonly timeout?: HttpTimeout;
};

export type HttpRouteAction = {
  readonly weightedTargets: WeightedTargets;
};

export type HttpRouteHeader = {
  readonly invert?: boolean;
  readonly match?: HeaderMatchMethod;
  readonly name: string;
};

export type HttpRouteHeaders = readonly HttpRouteHeader[];

export type HttpRouteMatch = {
  readonly headers?: HttpRouteHeaders;
  readonly method?: HttpMethod;
  readonly path?: HttpPathMatch;
  readonly port?: number;
  readonly prefix?: string;
  readonly queryParameters?: HttpQueryParameters;
  readonly scheme?: HttpScheme;
};

export type HttpScheme = 'http' | 'https';

export type HttpTimeout = {
  readonly idle?: Duration;
  readonly perRequest?: Duration;
};

export type InternalServerErrorException = {
  readonly message?: string;
};

export type IpPreference = 'IPv6_PREFERRED' | 'IPv4_PREFERRED' | 'IPv4_ONLY' | 'IPv6_ONLY';

export type JsonFormat = readonly JsonFormatRef[];

export type JsonFormatRef = {
  readonly key: string;
  readonly value: string;
};

export type LimitExceededException = {
  readonly message?: string;
};

export type ListGatewayRoutesInput = {
  readonly limit?: number;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly nextToken?: string;
  readonly virtualGatewayName: string;
};

export type ListGatewayRoutesOutput = {
  readonly gatewayRoutes: GatewayRouteList;
  readonly nextToken?: string;
};

export type ListMeshesInput = {
  readonly limit?: number;
  readonly nextToken?: string;
};

export type ListMeshesOutput = {
  readonly meshes: MeshList;
  readonly nextToken?: string;
};

export type ListRoutesInput = {
  readonly limit?: number;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly nextToken?: string;
  readonly virtualRouterName: string;
};

export type ListRoutesOutput = {
  readonly nextToken?: string;
  readonly routes: RouteList;
};

export type ListTagsForResourceInput = {
  readonly limit?: number;
  readonly nextToken?: string;
  readonly resourceArn: string;
};

export type ListTagsForResourceOutput = {
  readonly nextToken?: string;
  readonly tags: TagList;
};

export type ListVirtualGatewaysInput = {
  readonly limit?: number;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly nextToken?: string;
};

export type ListVirtualGatewaysOutput = {
  readonly nextToken?: string;
  readonly virtualGateways: VirtualGatewayList;
};

export type ListVirtualNodesInput = {
  readonly limit?: number;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly nextToken?: string;
};

export type ListVirtualNodesOutput = {
  readonly nextToken?: string;
  readonly virtualNodes: VirtualNodeList;
};

export type ListVirtualRoutersInput = {
  readonly limit?: number;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly nextToken?: string;
};

export type ListVirtualRoutersOutput = {
  readonly nextToken?: string;
  readonly virtualRouters: VirtualRouterList;
};

export type ListVirtualServicesInput = {
  readonly limit?: number;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly nextToken?: string;
};

export type ListVirtualServicesOutput = {
  readonly nextToken?: string;
  readonly virtualServices: VirtualServiceList;
};

export type Listener = {
  readonly connectionPool?: VirtualNodeConnectionPool;
  readonly healthCheck?: HealthCheckPolicy;
  readonly outlierDetection?: OutlierDetection;
  readonly portMapping: PortMapping;
  readonly timeout?: ListenerTimeout;
  readonly tls?: ListenerTls;
};

/** Exactly one member is set. */
export type ListenerTimeout = {
  readonly grpc?: GrpcTimeout;
  readonly http?: HttpTimeout;
  readonly http2?: HttpTimeout;
  readonly tcp?: TcpTimeout;
};

export type ListenerTls = {
  readonly certificate: ListenerTlsCertificate;
  readonly mode: ListenerTlsMode;
  readonly validation?: ListenerTlsValidationContext;
};

export type ListenerTlsAcmCertificate = {
  readonly certificateArn: string;
};

/** Exactly one member is set. */
export type ListenerTlsCertificate = {
  readonly acm?: ListenerTlsAcmCertificate;
  readonly file?: ListenerTlsFileCertificate;
  readonly sds?: ListenerTlsSdsCertificate;
};

export type ListenerTlsFileCertificate = {
  readonly certificateChain: string;
  readonly privateKey: string;
};

export type ListenerTlsMode = 'STRICT' | 'PERMISSIVE' | 'DISABLED';

export type ListenerTlsSdsCertificate = {
  readonly secretName: string;
};

export type ListenerTlsValidationContext = {
  readonly subjectAlternativeNames?: SubjectAlternativeNames;
  readonly trust: ListenerTlsValidationContextTrust;
};

/** Exactly one member is set. */
export type ListenerTlsValidationContextTrust = {
  readonly file?: TlsValidationContextFileTrust;
  readonly sds?: TlsValidationContextSdsTrust;
};

export type Listeners = readonly Listener[];

export type Logging = {
  readonly accessLog?: AccessLog;
};

/** Exactly one member is set. */
export type LoggingFormat = {
  readonly json?: JsonFormat;
  readonly text?: string;
};

export type MatchRange = {
  readonly end: number;
  readonly start: number;
};

export type MeshData = {
  readonly meshName: string;
  readonly metadata: ResourceMetadata;
  readonly spec: MeshSpec;
  readonly status: MeshStatus;
};

export type MeshList = readonly MeshRef[];

export type MeshRef = {
  readonly arn: string;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  readonly meshName: string;
  readonly meshOwner: string;
  readonly resourceOwner: string;
  readonly version: number;
};

export type MeshServiceDiscovery = {
  readonly ipPreference?: IpPreference;
};

export type MeshSpec = {
  readonly egressFilter?: EgressFilter;
  readonly serviceDiscovery?: MeshServiceDiscovery;
};

export type MeshStatus = {
  readonly status?: MeshStatusCode;
};

export type MeshStatusCode = 'ACTIVE' | 'INACTIVE' | 'DELETED';

export type NotFoundException = {
  readonly message?: string;
};

export type OutlierDetection = {
  readonly baseEjectionDuration: Duration;
  readonly interval: Duration;
  readonly maxEjectionPercent: number;
  readonly maxServerErrors: number;
};

export type PortMapping = {
  readonly port: number;
  readonly protocol: PortProtocol;
};

export type PortProtocol = 'http' | 'tcp' | 'http2' | 'grpc';

export type PortSet = readonly number[];

export type QueryParameterMatch = {
  readonly exact?: string;
};

export type ResourceInUseException = {
  readonly message?: string;
};

export type ResourceMetadata = {
  readonly arn: string;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  readonly meshOwner: string;
  readonly resourceOwner: string;
  readonly uid: string;
  readonly version: number;
};

export type RouteData = {
  readonly meshName: string;
  readonly metadata: ResourceMetadata;
  readonly routeName: string;
  readonly spec: RouteSpec;
  readonly status: RouteStatus;
  readonly virtualRouterName: string;
};

export type RouteList = readonly RouteRef[];

export type RouteRef = {
  readonly arn: string;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  readonly meshName: string;
  readonly meshOwner: string;
  readonly resourceOwner: string;
  readonly routeName: string;
  readonly version: number;
  readonly virtualRouterName: string;
};

export type RouteSpec = {
  readonly grpcRoute?: GrpcRoute;
  readonly http2Route?: HttpRoute;
  readonly httpRoute?: HttpRoute;
  readonly priority?: number;
  readonly tcpRoute?: TcpRoute;
};

export type RouteStatus = {
  readonly status: RouteStatusCode;
};

export type RouteStatusCode = 'ACTIVE' | 'INACTIVE' | 'DELETED';

/** Exactly one member is set. */
export type ServiceDiscovery = {
  readonly awsCloudMap?: AwsCloudMapServiceDiscovery;
  readonly dns?: DnsServiceDiscovery;
};

export type ServiceUnavailableException = {
  readonly message?: string;
};

export type SubjectAlternativeNameList = readonly string[];

export type SubjectAlternativeNameMatchers = {
  readonly exact: SubjectAlternativeNameList;
};

export type SubjectAlternativeNames = {
  readonly match: SubjectAlternativeNameMatchers;
};

export type TagKeyList = readonly string[];

export type TagList = readonly TagRef[];

export type TagRef = {
  readonly key: string;
  readonly value: string;
};

export type TagResourceInput = {
  readonly resourceArn: string;
  readonly tags: TagList;
};

/** No members. */
export type TagResourceOutput = Readonly<Record<string, never>>;

export type TcpRetryPolicyEvent = 'connection-error';

export type TcpRetryPolicyEvents = readonly TcpRetryPolicyEvent[];

export type TcpRoute = {
  readonly action: TcpRouteAction;
  readonly match?: TcpRouteMatch;
  readonly timeout?: TcpTimeout;
};

export type TcpRouteAction = {
  readonly weightedTargets: WeightedTargets;
};

export type TcpRouteMatch = {
  readonly port?: number;
};

export type TcpTimeout = {
  readonly idle?: Duration;
};

export type TlsValidationContext = {
  readonly subjectAlternativeNames?: SubjectAlternativeNames;
  readonly trust: TlsValidationContextTrust;
};

export type TlsValidationContextAcmTrust = {
  readonly certificateAuthorityArns: CertificateAuthorityArns;
};

export type TlsValidationContextFileTrust = {
  readonly certificateChain: string;
};

export type TlsValidationContextSdsTrust = {
  readonly secretName: string;
};

/** Exactly one member is set. */
export type TlsValidationContextTrust = {
  readonly acm?: TlsValidationContextAcmTrust;
  readonly file?: TlsValidationContextFileTrust;
  readonly sds?: TlsValidationContextSdsTrust;
};

export type TooManyRequestsException = {
  readonly message?: string;
};

export type TooManyTagsException = {
  readonly message?: string;
};

export type UntagResourceInput = {
  readonly resourceArn: string;
  readonly tagKeys: TagKeyList;
};

/** No members. */
export type UntagResourceOutput = Readonly<Record<string, never>>;

export type UpdateGatewayRouteInput = {
  readonly clientToken?: string;
  readonly gatewayRouteName: string;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly spec: GatewayRouteSpec;
  readonly virtualGatewayName: string;
};

export type UpdateGatewayRouteOutput = {
  readonly gatewayRoute: GatewayRouteData;
};

export type UpdateMeshInput = {
  readonly clientToken?: string;
  readonly meshName: string;
  readonly spec?: MeshSpec;
};

export type UpdateMeshOutput = {
  readonly mesh: MeshData;
};

export type UpdateRouteInput = {
  readonly clientToken?: string;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly routeName: string;
  readonly spec: RouteSpec;
  readonly virtualRouterName: string;
};

export type UpdateRouteOutput = {
  readonly route: RouteData;
};

export type UpdateVirtualGatewayInput = {
  readonly clientToken?: string;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly spec: VirtualGatewaySpec;
  readonly virtualGatewayName: string;
};

export type UpdateVirtualGatewayOutput = {
  readonly virtualGateway: VirtualGatewayData;
};

export type UpdateVirtualNodeInput = {
  readonly clientToken?: string;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly spec: VirtualNodeSpec;
  readonly virtualNodeName: string;
};

export type UpdateVirtualNodeOutput = {
  readonly virtualNode: VirtualNodeData;
};

export type UpdateVirtualRouterInput = {
  readonly clientToken?: string;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly spec: VirtualRouterSpec;
  readonly virtualRouterName: string;
};

export type UpdateVirtualRouterOutput = {
  readonly virtualRouter: VirtualRouterData;
};

export type UpdateVirtualServiceInput = {
  readonly clientToken?: string;
  readonly meshName: string;
  readonly meshOwner?: string;
  readonly spec: VirtualServiceSpec;
  readonly virtualServiceName: string;
};

export type UpdateVirtualServiceOutput = {
  readonly virtualService: VirtualServiceData;
};

/** Exactly one member is set. */
export type VirtualGatewayAccessLog = {
  readonly file?: VirtualGatewayFileAccessLog;
};

export type VirtualGatewayBackendDefaults = {
  readonly clientPolicy?: VirtualGatewayClientPolicy;
};

export type VirtualGatewayCertificateAuthorityArns = readonly string[];

export type VirtualGatewayClientPolicy = {
  readonly tls?: VirtualGatewayClientPolicyTls;
};

export type VirtualGatewayClientPolicyTls = {
  readonly certificate?: VirtualGatewayClientTlsCertificate;
  readonly enforce?: boolean;
  readonly ports?: PortSet;
  readonly validation: VirtualGatewayTlsValidationContext;
};

/** Exactly one member is set. */
export type VirtualGatewayClientTlsCertificate = {
  readonly file?: VirtualGatewayListenerTlsFileCertificate;
  readonly sds?: VirtualGatewayListenerTlsSdsCertificate;
};

/** Exactly one member is set. */
export type VirtualGatewayConnectionPool = {
  readonly grpc?: VirtualGatewayGrpcConnectionPool;
  readonly http?: VirtualGatewayHttpConnectionPool;
  readonly http2?: VirtualGatewayHttp2ConnectionPool;
};

export type VirtualGatewayData = {
  readonly meshName: string;
  readonly metadata: ResourceMetadata;
  readonly spec: VirtualGatewaySpec;
  readonly status: VirtualGatewayStatus;
  readonly virtualGatewayName: string;
};

export type VirtualGatewayFileAccessLog = {
  readonly format?: LoggingFormat;
  readonly path: string;
};

export type VirtualGatewayGrpcConnectionPool = {
  readonly maxRequests: number;
};

export type VirtualGatewayHealthCheckPolicy = {
  readonly healthyThreshold: number;
  readonly intervalMillis: number;
  readonly path?: string;
  readonly port?: number;
  readonly protocol: VirtualGatewayPortProtocol;
  readonly timeoutMillis: number;
  readonly unhealthyThreshold: number;
};

export type VirtualGatewayHttp2ConnectionPool = {
  readonly maxRequests: number;
};

export type VirtualGatewayHttpConnectionPool = {
  readonly maxConnections: number;
  readonly maxPendingRequests?: number;
};

export type VirtualGatewayList = readonly VirtualGatewayRef[];

export type VirtualGatewayListener = {
  readonly connectionPool?: VirtualGatewayConnectionPool;
  readonly healthCheck?: VirtualGatewayHealthCheckPolicy;
  readonly portMapping: VirtualGatewayPortMapping;
  readonly tls?: VirtualGatewayListenerTls;
};

export type VirtualGatewayListenerTls = {
  readonly certificate: VirtualGatewayListenerTlsCertificate;
  readonly mode: VirtualGatewayListenerTlsMode;
  readonly validation?: VirtualGatewayListenerTlsValidationContext;
};

export type VirtualGatewayListenerTlsAcmCertificate = {
  readonly certificateArn: string;
};

/** Exactly one member is set. */
export type VirtualGatewayListenerTlsCertificate = {
  readonly acm?: VirtualGatewayListenerTlsAcmCertificate;
  readonly file?: VirtualGatewayListenerTlsFileCertificate;
  readonly sds?: VirtualGatewayListenerTlsSdsCertificate;
};

export type VirtualGatewayListenerTlsFileCertificate = {
  readonly certificateChain: string;
  readonly privateKey: string;
};

export type VirtualGatewayListenerTlsMode = 'STRICT' | 'PERMISSIVE' | 'DISABLED';

export type VirtualGatewayListenerTlsSdsCertificate = {
  readonly secretName: string;
};

export type VirtualGatewayListenerTlsValidationContext = {
  readonly subjectAlternativeNames?: SubjectAlternativeNames;
  readonly trust: VirtualGatewayListenerTlsValidationContextTrust;
};

/** Exactly one member is set. */
export type VirtualGatewayListenerTlsValidationContextTrust = {
  readonly file?: VirtualGatewayTlsValidationContextFileTrust;
  readonly sds?: VirtualGatewayTlsValidationContextSdsTrust;
};

export type VirtualGatewayListeners = readonly VirtualGatewayListener[];

export type VirtualGatewayLogging = {
  readonly accessLog?: VirtualGatewayAccessLog;
};

export type VirtualGatewayPortMapping = {
  readonly port: number;
  readonly protocol: VirtualGatewayPortProtocol;
};

export type VirtualGatewayPortProtocol = 'http' | 'http2' | 'grpc';

export type VirtualGatewayRef = {
  readonly arn: string;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  readonly meshName: string;
  readonly meshOwner: string;
  readonly resourceOwner: string;
  readonly version: number;
  readonly virtualGatewayName: string;
};

export type VirtualGatewaySpec = {
  readonly backendDefaults?: VirtualGatewayBackendDefaults;
  readonly listeners: VirtualGatewayListeners;
  readonly logging?: VirtualGatewayLogging;
};

export type VirtualGatewayStatus = {
  readonly status: VirtualGatewayStatusCode;
};

export type VirtualGatewayStatusCode = 'ACTIVE' | 'INACTIVE' | 'DELETED';

export type VirtualGatewayTlsValidationContext = {
  readonly subjectAlternativeNames?: SubjectAlternativeNames;
  readonly trust: VirtualGatewayTlsValidationContextTrust;
};

export type VirtualGatewayTlsValidationContextAcmTrust = {
  readonly certificateAuthorityArns: VirtualGatewayCertificateAuthorityArns;
};

export type VirtualGatewayTlsValidationContextFileTrust = {
  readonly certificateChain: string;
};

export type VirtualGatewayTlsValidationContextSdsTrust = {
  readonly secretName: string;
};

/** Exactly one member is set. */
export type VirtualGatewayTlsValidationContextTrust = {
  readonly acm?: VirtualGatewayTlsValidationContextAcmTrust;
  readonly file?: VirtualGatewayTlsValidationContextFileTrust;
  readonly sds?: VirtualGatewayTlsValidationContextSdsTrust;
};

/** Exactly one member is set. */
export type VirtualNodeConnectionPool = {
  readonly grpc?: VirtualNodeGrpcConnectionPool;
  readonly http?: VirtualNodeHttpConnectionPool;
  readonly http2?: VirtualNodeHttp2ConnectionPool;
  readonly tcp?: VirtualNodeTcpConnectionPool;
};

export type VirtualNodeData = {
  readonly meshName: string;
  readonly metadata: ResourceMetadata;
  readonly spec: VirtualNodeSpec;
  readonly status: VirtualNodeStatus;
  readonly virtualNodeName: string;
};

export type VirtualNodeGrpcConnectionPool = {
  readonly maxRequests: number;
};

export type VirtualNodeHttp2ConnectionPool = {
  readonly maxRequests: number;
};

export type VirtualNodeHttpConnectionPool = {
  readonly maxConnections: number;
  readonly maxPendingRequests?: number;
};

export type VirtualNodeList = readonly VirtualNodeRef[];

export type VirtualNodeRef = {
  readonly arn: string;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  readonly meshName: string;
  readonly meshOwner: string;
  readonly resourceOwner: string;
  readonly version: number;
  readonly virtualNodeName: string;
};

export type VirtualNodeServiceProvider = {
  readonly virtualNodeName: string;
};

export type VirtualNodeSpec = {
  readonly backendDefaults?: BackendDefaults;
  readonly backends?: Backends;
  readonly listeners?: Listeners;
  readonly logging?: Logging;
  readonly serviceDiscovery?: ServiceDiscovery;
};

export type VirtualNodeStatus = {
  readonly status: VirtualNodeStatusCode;
};

export type VirtualNodeStatusCode = 'ACTIVE' | 'INACTIVE' | 'DELETED';

export type VirtualNodeTcpConnectionPool = {
  readonly maxConnections: number;
};

export type VirtualRouterData = {
  readonly meshName: string;
  readonly metadata: ResourceMetadata;
  readonly spec: VirtualRouterSpec;
  readonly status: VirtualRouterStatus;
  readonly virtualRouterName: string;
};

export type VirtualRouterList = readonly VirtualRouterRef[];

export type VirtualRouterListener = {
  readonly portMapping: PortMapping;
};

export type VirtualRouterListeners = readonly VirtualRouterListener[];

export type VirtualRouterRef = {
  readonly arn: string;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  readonly meshName: string;
  readonly meshOwner: string;
  readonly resourceOwner: string;
  readonly version: number;
  readonly virtualRouterName: string;
};

export type VirtualRouterServiceProvider = {
  readonly virtualRouterName: string;
};

export type VirtualRouterSpec = {
  readonly listeners?: VirtualRouterListeners;
};

export type VirtualRouterStatus = {
  readonly status: VirtualRouterStatusCode;
};

export type VirtualRouterStatusCode = 'ACTIVE' | 'INACTIVE' | 'DELETED';

export type VirtualServiceBackend = {
  readonly clientPolicy?: ClientPolicy;
  readonly virtualServiceName: string;
};

export type VirtualServiceData = {
  readonly meshName: string;
  readonly metadata: ResourceMetadata;
  readonly spec: VirtualServiceSpec;
  readonly status: VirtualServiceStatus;
  readonly virtualServiceName: string;
};

export type VirtualServiceList = readonly VirtualServiceRef[];

/** Exactly one member is set. */
export type VirtualServiceProvider = {
  readonly virtualNode?: VirtualNodeServiceProvider;
  readonly virtualRouter?: VirtualRouterServiceProvider;
};

export type VirtualServiceRef = {
  readonly arn: string;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  readonly meshName: string;
  readonly meshOwner: string;
  readonly resourceOwner: string;
  readonly version: number;
  readonly virtualServiceName: string;
};

export type VirtualServiceSpec = {
  readonly provider?: VirtualServiceProvider;
};

export type VirtualServiceStatus = {
  readonly status: VirtualServiceStatusCode;
};

export type VirtualServiceStatusCode = 'ACTIVE' | 'INACTIVE' | 'DELETED';

export type WeightedTarget = {
  readonly port?: number;
  readonly virtualNode: string;
  readonly weight: number;
};

export type WeightedTargets = readonly WeightedTarget[];
