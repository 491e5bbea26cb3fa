import type { Model } from '../../mesh/model.ts';
import type { Kind, Resource } from '../../mesh/resource.ts';
import { limitExceeded } from '../../http/errors.ts';
import { PARENTS, title } from '../../mesh/names.ts';
import { isKind } from '../../mesh/spec-parts.ts';

/**
 * How many there may be: meshes an account; nodes, services, routers and gateways a mesh; routes a router; gateway routes a
 * gateway; backends a node. App Mesh's own were 15, 200, 200, 200, 3, 50, 10 and 50.
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
} as const;

/** What a quota counts. */
export type QuotaName = keyof typeof DEFAULT_QUOTAS;

/** The quotas in force. */
export type Quotas = Readonly<Record<QuotaName, number>>;

const NAMES: Readonly<Record<Kind, QuotaName>> = {
  mesh: 'meshes',
  virtualNode: 'virtualNodes',
  virtualService: 'virtualServices',
  virtualRouter: 'virtualRouters',
  virtualGateway: 'virtualGateways',
  route: 'routes',
  gatewayRoute: 'gatewayRoutes',
};

/**
 * To be asked before a new resource is put. What is above a quota already, because the quota was lowered, stays.
 * @throws ApiError LimitExceededException
 */
export function requireRoom(quotas: Quotas, model: Model, { kind, owner, mesh, parent }: Resource): void {
  const quota = NAMES[kind];
  if (model.count(kind, { owner, mesh }, parent) < quotas[quota]) return;
  const within = PARENTS[kind];
  const place =
    kind === 'mesh'
      ? `account ${owner}`
      : within === undefined
        ? `mesh ${mesh}`
        : `${title(within)} ${parent}`;
  throw limitExceeded(
    `${title(kind)} limit exceeded: ${place} has ${quotas[quota]} ${quota}, and may have no more. The operator of this control plane sets the quota "${quota}".`,
  );
}

/** @throws ApiError LimitExceededException for a virtual node with more backends than the quota, unless it had as many before */
export function requireRoomForBackends(quotas: Quotas, before: Resource | undefined, after: Resource): void {
  const count = backendsOf(after);
  if (count <= quotas.backends || count <= backendsOf(before)) return;
  throw limitExceeded(
    `Backend limit exceeded: VirtualNode ${after.name} would have ${count} backends, and may have ${quotas.backends}. The operator of this control plane sets the quota "backends".`,
  );
}

function backendsOf(resource: Resource | undefined): number {
  return resource !== undefined && isKind(resource, 'virtualNode')
    ? (resource.spec.backends?.length ?? 0)
    : 0;
}
