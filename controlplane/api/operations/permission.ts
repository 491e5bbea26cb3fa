import { compareText } from '../../../common/compare-text.ts';
import { authorize } from '../../auth/authorize.ts';
import type { Principal } from '../../auth/principal.ts';
import type { MeshId, Resource, ResourceId } from '../../mesh/resource.ts';
import type { Operation } from '../../model/operations.ts';
import { arnOf } from '../../mesh/arn.ts';
import type { ApiContext } from './context.ts';
import { forbidden } from '../../http/errors.ts';
import { meshResourceId, parentIds, title } from '../../mesh/names.ts';
import type { Input } from '../../model/input.ts';

/**
 * Returns the subject of a call for policies: the resource that it names, or the parent of those that it lists; undefined for the
 * list of meshes.
 */
export function subjectOf({ verb }: Operation, id: ResourceId): ResourceId | undefined {
  return verb === 'List' ? parentIds(id).at(-1) : id;
}

/** Returns the resource in a policy check: the ARN of a call's subject; `*` for the list of meshes, as in IAM. */
export function resourceOf(subject: ResourceId | undefined, region: string): string {
  return subject === undefined ? '*' : arnOf(subject, region);
}

/**
 * Requires that the caller has the action of the operation's name, and to create a resource with tags, also that of TagResource.
 * @param subject from `subjectOf`
 * @throws ApiError AccessDeniedException
 */
export function requirePermission(
  { caller, region }: ApiContext,
  operation: Operation,
  subject: ResourceId | undefined,
  input: Input,
): void {
  const resource = resourceOf(subject, region);
  authorize(caller, { action: actionOf(operation), resource }, subject);
  if (operation.verb === 'Create' && Array.isArray(input['tags']) && input['tags'].length > 0) {
    authorize(caller, { action: 'appmesh:TagResource', resource }, subject);
  }
}

/** Returns the meshes of the caller's account and those that are shared with it, sorted by name, then owner. */
export function visibleMeshes({ caller, live: { model } }: ApiContext): readonly Resource<'mesh'>[] {
  const own = model.list('mesh', { owner: caller.account, mesh: '' });
  if (caller.kind === 'anyone') return own;
  const shared = caller.sharedMeshes.flatMap((mesh: MeshId) => model.get(meshResourceId(mesh)) ?? []);
  return [...own, ...shared].toSorted((a, b) => compareText(sortKey(a), sortKey(b)));
}

/**
 * Requires that the caller is of the account that created a resource: no other may update it, not even the owner of the mesh.
 * @throws ApiError ForbiddenException
 */
export function requireMayChange(caller: Principal, existing: Resource): void {
  if (isCreator(caller, existing)) return;
  throw othersResource(existing, 'only that account may change it');
}

/**
 * Requires that the caller is of the account that created a resource, or of the owner of the mesh.
 * @throws ApiError ForbiddenException
 */
export function requireMayDelete(caller: Principal, existing: Resource): void {
  if (isCreator(caller, existing) || caller.account === existing.owner) return;
  throw othersResource(existing, 'only that account and the owner of the mesh may delete it');
}

function isCreator(caller: Principal, { resourceOwner }: Resource): boolean {
  return caller.kind === 'anyone' || caller.account === resourceOwner;
}

function othersResource({ kind, name, resourceOwner }: Resource, rule: string): Error {
  return forbidden(`${title(kind)} with name ${name} was made by account ${resourceOwner}, and ${rule}.`);
}

function actionOf({ name, model }: Operation): string {
  return `${model.service}:${name}`;
}

function sortKey({ name, owner }: Resource): string {
  return `${name}\0${owner}`;
}
