import type { Model } from '../../mesh/model.ts';
import type { Resource, ResourceId } from '../../mesh/resource.ts';
import { resourceOperationNamed, type ResourceOperation } from '../../model/operations.ts';
import type { ApiContext } from '../operations/context.ts';
import { decideToCreate } from '../operations/create.ts';
import { decideToDelete } from '../operations/delete.ts';
import { requirePermission } from '../operations/permission.ts';
import type { Decide } from '../write/write.ts';

/** One of several changes in one commit. */
type Change = Decide<unknown>;

/** Returns the names of the virtual services that have the router as their provider, sorted. */
export function serviceNamesOf(model: Model, router: ResourceId): readonly string[] {
  return model
    .list('virtualService', router)
    .filter(({ spec }) => spec.provider?.virtualRouter?.virtualRouterName === router.name)
    .map(({ name }) => name);
}

/** Creates a virtual service that has the router as its provider. */
export function addService(context: ApiContext, router: ResourceId, name: string): Change {
  const operation = resourceOperationNamed('CreateVirtualService');
  const service = permittedService(context, operation, router, name);
  const spec = { provider: { virtualRouter: { virtualRouterName: router.name } } };
  return decideToCreate(context, operation, service, { spec });
}

/** Deletes a virtual service of the router. */
export function removeService(context: ApiContext, router: ResourceId, name: string): Change {
  const operation = resourceOperationNamed('DeleteVirtualService');
  return decideToDelete(context, operation, permittedService(context, operation, router, name));
}

/** Decides changes in order, each on the model that the previous ones produced. */
export function decideSequentially(
  model: Model,
  changes: readonly Change[],
): { readonly puts: readonly Resource[]; readonly deletes: readonly ResourceId[]; readonly after: Model } {
  const puts: Resource[] = [];
  const deletes: ResourceId[] = [];
  let after = model;
  for (const change of changes) {
    const decision = change(after, false);
    puts.push(...(decision.puts ?? []));
    deletes.push(...(decision.deletes ?? []));
    after = after.with(decision);
  }
  return { puts, deletes, after };
}

// Permission to write a router does not include permission to take any name in the mesh.
function permittedService(
  context: ApiContext,
  operation: ResourceOperation,
  { owner, mesh }: ResourceId,
  name: string,
): ResourceId {
  const service: ResourceId = { kind: 'virtualService', owner, mesh, parent: '', name };
  requirePermission(context, operation, service, {});
  return service;
}
