import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BETA_OPERATIONS, OPERATIONS, type Operation, type Verb } from '../../model/operations.ts';
import { callerOf, type RouteConfig } from '../../http/call.ts';
import type { ApiContext, ApiServices, Output, ResourceHandler } from './context.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { parseJsonBody } from '../../http/json-body.ts';
import { requirePermission, resourceOf } from './permission.ts';
import { describe, list } from './read.ts';
import { readInput, type RequestParts } from '../validation/read-input.ts';
import type { Input } from '../../model/input.ts';
import { TAG_HANDLERS } from './tags.ts';
import { update } from './update.ts';

/** What carries out the operations on resources, by their verbs. */
export type Handlers = Readonly<Record<Verb, ResourceHandler>>;

/** One handler a verb serves all seven kinds. */
export const HANDLERS: Handlers = {
  Create: create,
  Describe: describe,
  Update: update,
  Delete: remove,
  List: list,
};

/** The 38 operations of App Mesh as routes, made from the API model. */
export function appMeshOperations(services: ApiServices) {
  return async (app: FastifyInstance): Promise<void> => {
    for (const operation of OPERATIONS) {
      addRoute(app, operation, (request, parts) =>
        carryOut(services, request, operation, readInput(operation, parts)),
      );
    }
  };
}

/** Makes an operation a route; `answer` gives the body of the answer. */
export function addRoute(
  app: FastifyInstance,
  operation: Operation,
  answer: (request: FastifyRequest, parts: RequestParts) => Promise<Output>,
): void {
  const config: RouteConfig = { operation: operation.name };
  app.route({
    method: operation.method,
    url: operation.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    exposeHeadRoute: false,
    config,
    handler: async (request) => {
      const parts = partsOf(request);
      request.call.input = { ...parts.body, ...parts.params };
      return answer(request, parts);
    },
  });
}

/**
 * Carries out an operation for whoever sent the request, if he may, and gives the body of the answer. All calls that touch
 * the model come through here, whatever form they had.
 * @param input checked against the model and the rules beyond it
 * @param handlers where some kind needs its own
 */
export async function carryOut(
  services: ApiServices,
  request: FastifyRequest,
  operation: Operation,
  input: Input,
  handlers: Handlers = HANDLERS,
): Promise<Output> {
  const context: ApiContext = { ...services, caller: callerOf(request) };
  await services.live.freshen();
  const resource = resourceOf(context, operation, input);
  Object.assign(request.call, { input, resource });
  requirePermission(context, operation, input, resource);
  return 'kind' in operation
    ? handlers[operation.verb](context, operation, input)
    : TAG_HANDLERS[operation.verb](context, input);
}

/** The parts of a request whose body came as bytes. Throws an ApiError SerializationException where they are no JSON object. */
export function partsOf({ params, query, body }: FastifyRequest): RequestParts {
  return {
    params: params as RequestParts['params'],
    query: query as RequestParts['query'],
    body: parseJsonBody((body ?? new Uint8Array()) as Uint8Array),
  };
}

/** The methods that some operation takes at a path; empty where there is no such path. */
export function methodsAt(path: string): readonly string[] {
  const segments = path.split('/');
  const matching = [...OPERATIONS, ...BETA_OPERATIONS].filter((operation) => {
    const pattern = operation.path.split('/');
    return (
      pattern.length === segments.length &&
      pattern.every((part, index) =>
        part.startsWith('{') ? segments[index] !== '' : part === segments[index],
      )
    );
  });
  return [...new Set(matching.map(({ method }) => method))].toSorted();
}
