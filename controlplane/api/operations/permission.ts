import { authorize } from '../../auth/authorize.ts';
import type { Principal } from '../../auth/principal.ts';
import type { MeshId, Resource, ResourceId } from '../../mesh/resource.ts';
import type { Operation } from '../../model/operations.ts';
import { taggedId } from './tagged-id.ts';
import { arnOf } from '../../mesh/arn.ts';
import type { ApiContext } from './context.ts';
import { forbidden } from '../../http/errors.ts';
import { resourceId } from './resource-id.ts';
import { meshResourceId, parentIds, title } from '../../mesh/names.ts';
import type { Input } from '../../model/input.ts';

/**
 * The resource that policies are evaluated for: the ARN of the resource that the call names, or of the parent of those that
 * it lists; `*` for the list of meshes, as in IAM.
 */
export function resourceOf(context: ApiContext, operation: Operation, input: Input): string {
  const subject = subjectOf(context, operation, input);
  return subject === undefined ? '*' : arnOf(subject, context.region);
}

/**
 * The caller needs the action of the operation's name, and to create a resource with tags, also that of TagResource.
 * @param resource from `resourceOf`
 * @throws ApiError AccessDeniedException
 */
export function requirePermission(
  context: ApiContext,
  operation: Operation,
  input: Input,
  resource: string,
): void {
  const mesh = subjectOf(context, operation, input);
  authorize(context.caller, { action: actionOf(operation), resource }, mesh);
  if (operation.verb === 'Create' && Array.isArray(input['tags']) && input['tags'].length > 0) {
    authorize(context.caller, { action: 'appmesh:TagResource', resource }, mesh);
  }
}

/** The meshes of the caller's account and those that are shared with it, sorted by name, then owner. */
export function visibleMeshes({ caller, live: { model } }: ApiContext): readonly Resource<'mesh'>[] {
  const own = model.list('mesh', { owner: caller.account, mesh: '' });
  if (caller.kind === 'anyone') return own;
  const shared = caller.sharedMeshes.flatMap((mesh: MeshId) => model.get(meshResourceId(mesh)) ?? []);
  return [...own, ...shared].toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

/**
 * Only the account that created a resource may update it, not even the owner of the mesh.
 * @throws ApiError ForbiddenException
 */
export function requireMayChange(caller: Principal, existing: Resource): void {
  if (isMaker(caller, existing)) return;
  throw othersResource(existing, 'only that account may change it');
}

/**
 * Only the account that created a resource and the owner of the mesh may delete it.
 * @throws ApiError ForbiddenException
 */
export function requireMayDelete(caller: Principal, existing: Resource): void {
  if (isMaker(caller, existing) || caller.account === existing.owner) return;
  throw othersResource(existing, 'only that account and the owner of the mesh may delete it');
}

function subjectOf(context: ApiContext, operation: Operation, input: Input): ResourceId | undefined {
  if (!('kind' in operation)) return taggedId(context.region, input);
  const id = resourceId(context, operation.kind, input);
  return operation.verb === 'List' ? parentIds(id).at(-1) : id;
}

function isMaker(caller: Principal, { resourceOwner }: Resource): boolean {
  return caller.kind === 'anyone' || caller.account === resourceOwner;
}

function othersResource({ kind, name, resourceOwner }: Resource, rule: string): Error {
  return forbidden(`${title(kind)} with name ${name} was made by account ${resourceOwner}, and ${rule}.`);
}

function actionOf({ name }: Operation): string {
  return `appmesh:${name}`;
}

function sortKey({ name, owner }: Resource): string {
  return `${name}\0${owner}`;
}
