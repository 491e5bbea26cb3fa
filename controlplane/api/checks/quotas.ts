import type { Model } from '../../mesh/model.ts';
import type { Kind, Resource } from '../../mesh/resource.ts';
import { limitExceeded } from '../../http/errors.ts';
import { PARENTS, title } from '../../mesh/names.ts';
import { isKind } from '../../mesh/spec-parts.ts';

/**
 * The default limits: meshes per account; nodes, services, routers, gateways, identities of nodes, access policies per mesh;
 * routes per router; gateway routes per gateway; backends per node. App Mesh's own were 15, 200, 200, 200, 3, 50, 10 and 50.
 */
export const DEFAULT_QUOTAS = {
  meshes: 100,
  virtualNodes: 2000,
  virtualServices: 2000,
  virtualRouters: 2000,
  virtualGateways: 100,
  routes: 1000,
  gatewayRoutes: 1000,
  backends: 1000,
  nodeIdentities: 2100,
  accessPolicies: 1000,
} as const;

/** The names of the quotas. */
export type QuotaName = keyof typeof DEFAULT_QUOTAS;

/** The quotas in force. */
export type Quotas = Readonly<Record<QuotaName, number>>;

// A mesh has one MeshIdentity, because there is one name for it.
const NAMES: Readonly<Partial<Record<Kind, QuotaName>>> = {
  mesh: 'meshes',
  virtualNode: 'virtualNodes',
  virtualService: 'virtualServices',
  virtualRouter: 'virtualRouters',
  virtualGateway: 'virtualGateways',
  route: 'routes',
  gatewayRoute: 'gatewayRoutes',
  nodeIdentity: 'nodeIdentities',
  accessPolicy: 'accessPolicies',
};

/**
 * Checks the quota before a new resource is put. Lowering a quota does not affect existing resources.
 * @throws ApiError LimitExceededException
 */
export function requireRoom(quotas: Quotas, model: Model, { kind, owner, mesh, parent }: Resource): void {
  const quota = NAMES[kind];
  if (quota === undefined || model.count(kind, { owner, mesh }, parent) < quotas[quota]) return;
  const within = PARENTS[kind];
  const place =
    kind === 'mesh'
      ? `account ${owner}`
      : within === undefined
        ? `mesh ${mesh}`
        : `${title(within)} ${parent}`;
  throw limitExceeded(
    `${title(kind)} limit exceeded: ${place} already has ${quotas[quota]} ${quota}, which is the quota. The operator of this control plane sets the quota "${quota}".`,
  );
}

/** Checks the quota of a virtual node's backends. @throws ApiError LimitExceededException if there are more, unless the node already had as many */
export function requireRoomForBackends(quotas: Quotas, before: Resource | undefined, after: Resource): void {
  const count = backendsOf(after);
  if (count <= quotas.backends || count <= backendsOf(before)) return;
  throw limitExceeded(
    `Backend limit exceeded: VirtualNode ${after.name} would have ${count} backends, and the quota is ${quotas.backends}. The operator of this control plane sets the quota "backends".`,
  );
}

function backendsOf(resource: Resource | undefined): number {
  return resource !== undefined && isKind(resource, 'virtualNode')
    ? (resource.spec.backends?.length ?? 0)
    : 0;
}
