import { authorize } from '../../auth/authorize.ts';
import type { Model } from '../../mesh/model.ts';
import type { Resource, ResourceId } from '../../mesh/resource.ts';
import { resourceOperationNamed } from '../../model/operations.ts';
import { arnOf } from '../../mesh/arn.ts';
import type { ApiContext } from '../operations/context.ts';
import { decideToCreate } from '../operations/create.ts';
import { decideToDelete } from '../operations/delete.ts';
import type { Input } from '../../model/input.ts';
import type { Decide } from '../write/write.ts';

/** One of several changes in one commit. */
type Change = Decide<unknown>;

/** The names of the virtual services that have the router as their provider, sorted. */
export function serviceNamesOf(model: Model, router: ResourceId): readonly string[] {
  return model
    .list('virtualService', router)
    .filter(({ spec }) => spec.provider?.virtualRouter?.virtualRouterName === router.name)
    .map(({ name }) => name);
}

/** Creates a virtual service that has the router as its provider. */
export function addService(context: ApiContext, router: ResourceId, name: string): Change {
  const input = inputFor(context, 'CreateVirtualService', router, name);
  const spec = { provider: { virtualRouter: { virtualRouterName: router.name } } };
  return decideToCreate(context, resourceOperationNamed('CreateVirtualService'), { ...input, spec });
}

/** Deletes a virtual service of the router. */
export function removeService(context: ApiContext, router: ResourceId, name: string): Change {
  const input = inputFor(context, 'DeleteVirtualService', router, name);
  return decideToDelete(context, resourceOperationNamed('DeleteVirtualService'), input);
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
function inputFor(context: ApiContext, operation: string, { owner, mesh }: ResourceId, name: string): Input {
  const service: ResourceId = { kind: 'virtualService', owner, mesh, parent: '', name };
  const resource = arnOf(service, context.region);
  authorize(context.caller, { action: `appmesh:${operation}`, resource }, service);
  return { meshName: mesh, virtualServiceName: name };
}
