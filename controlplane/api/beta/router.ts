import type { Model } from '../../mesh/model.ts';
import type { ResourceId } from '../../mesh/resource.ts';
import type { Output, ResourceHandler } from '../operations/context.ts';
import { decideToCreate } from '../operations/create.ts';
import { decideToDelete } from '../operations/delete.ts';
import { nextVersion } from '../write/next-version.ts';
import { HANDLERS, type Handlers } from '../operations/operations.ts';
import { resourceOutput } from '../operations/output.ts';
import { decideToUpdate } from '../operations/update.ts';
import { tokenUse, writeTo } from '../write/write.ts';
import { addService, decideSequentially, removeService, serviceNamesOf } from './service-names.ts';

/**
 * Returns the beta's handlers for virtual routers. Each name in `serviceNames` is a virtual service that has the router as its
 * provider, created and deleted with the router in one commit. The caller also needs permission to create or delete each one.
 * @param serviceNames the requested names
 */
export function routerHandlers(serviceNames: readonly string[]): Handlers {
  return {
    ...HANDLERS,
    Create: create(serviceNames),
    Describe: describe,
    Update: update(serviceNames),
    Delete: remove,
  };
}

function create(serviceNames: readonly string[]): ResourceHandler {
  return async (context, operation, router, input) => {
    const decide = decideToCreate(context, operation, router, input);
    const token = tokenUse(context, operation, { ...input, serviceNames });
    return writeTo(context, router, token, (model, repeated) => {
      const { puts = [], answer } = decide(model, repeated);
      if (puts.length === 0) return { answer: withNames(answer, model, router) };
      const services = serviceNames.map((name) => addService(context, router, name));
      const made = decideSequentially(model.with({ puts }), services);
      return { puts: [...puts, ...made.puts], answer: withNames(answer, made.after, router) };
    });
  };
}

const describe: ResourceHandler = async (context, operation, router, input) => {
  const answer = await HANDLERS.Describe(context, operation, router, input);
  return withNames(answer, context.live.model, router);
};

function update(serviceNames: readonly string[]): ResourceHandler {
  return async (context, operation, router, given) => {
    // The beta has no listeners, so the existing ones stay unchanged.
    const input = { ...given, spec: undefined };
    const decide = decideToUpdate(context, operation, router, input);
    const token = tokenUse(context, operation, { ...input, serviceNames });
    return writeTo(context, router, token, (model, repeated) => {
      const { answer } = decide(model, repeated);
      const existing = model.get(router);
      const names = serviceNamesOf(model, router);
      const gone = names.filter((name) => !serviceNames.includes(name));
      const added = serviceNames.filter((name) => !names.includes(name));
      if (repeated || existing === undefined || gone.length + added.length === 0) {
        return { answer: withNames(answer, model, router) };
      }
      const { puts, deletes, after } = decideSequentially(model, [
        ...gone.map((name) => removeService(context, router, name)),
        ...added.map((name) => addService(context, router, name)),
      ]);
      const changed = nextVersion(existing, context.now());
      const output = resourceOutput(context, changed, operation.resultShape, 'ACTIVE');
      return { puts: [...puts, changed], deletes, answer: withNames(output, after, router) };
    });
  };
}

const remove: ResourceHandler = async (context, operation, router) => {
  const decide = decideToDelete(context, operation, router);
  return writeTo(context, router, undefined, (model) => {
    const services = serviceNamesOf(model, router).map((name) => removeService(context, router, name));
    const { deletes, after } = decideSequentially(model, services);
    const last = decide(after, false);
    return {
      deletes: [...deletes, ...(last.deletes ?? [])],
      answer: withNames(last.answer, model, router),
    };
  });
};

// Replaces the specification by the beta's.
function withNames(answer: Output, model: Model, router: ResourceId): Output {
  return { ...answer, spec: { serviceNames: serviceNamesOf(model, router) } };
}
