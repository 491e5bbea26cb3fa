import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  BETA_OPERATIONS,
  DAYBREAK_OPERATIONS,
  OPERATIONS,
  type Operation,
  type Verb,
} from '../../model/operations.ts';
import { userArn } from '../../auth/principal.ts';
import { callerOf, type RouteConfig } from '../../http/call.ts';
import type { ApiContext, ApiServices, Output, ResourceHandler } from './context.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { parseJsonBody } from '../../http/json-body.ts';
import { requirePermission, resourceOf, subjectOf } from './permission.ts';
import { tagOfOutput } from './entity-tag.ts';
import { describe, list } from './read.ts';
import { resourceId } from './resource-id.ts';
import { taggedId } from './tagged-id.ts';
import { readInput, type RequestParts } from '../validation/read-input.ts';
import type { Input } from '../../model/input.ts';
import { TAG_HANDLERS } from './tags.ts';
import { update } from './update.ts';

/** The conditions of a call beside its input. `undoes`: the change that it undoes. */
export type CallTerms = { readonly ifMatch: string | undefined; readonly undoes?: string };

/** The handlers of operations on resources, by verb. */
export type Handlers = Readonly<Record<Verb, ResourceHandler>>;

/** One handler per verb serves all kinds. */
export const HANDLERS: Handlers = {
  Create: create,
  Describe: describe,
  Update: update,
  Delete: remove,
  List: list,
};

/** Returns the operations of App Mesh and of Daybreak's own kinds as routes, made from the API models. */
export function currentOperations(services: ApiServices) {
  return async (app: FastifyInstance): Promise<void> => {
    for (const operation of [...OPERATIONS, ...DAYBREAK_OPERATIONS]) {
      addRoute(app, operation, (request, parts) =>
        execute(services, request, operation, readInput(operation, parts)),
      );
    }
  };
}

/** Registers an operation as a route; `answer` returns the body of the response. */
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
    handler: async (request, reply) => {
      const parts = partsOf(request);
      request.call.input = { ...parts.body, ...parts.params };
      const output = await answer(request, parts);
      const tag = tagOfOutput(output);
      if (tag !== undefined) reply.header('etag', tag);
      return output;
    },
  });
}

/**
 * Authorizes and executes an operation for the caller of the request, and returns the body of the response. All calls that
 * read or write the model go through this function, in both versions of the API.
 * @param input has passed the model and the further rules
 * @param handlers for a kind that needs its own
 * @param terms default: the request's header `If-Match`
 */
export async function execute(
  services: ApiServices,
  request: FastifyRequest,
  operation: Operation,
  input: Input,
  handlers: Handlers = HANDLERS,
  terms: CallTerms = { ifMatch: request.headers['if-match'] },
): Promise<Output> {
  const caller = callerOf(request);
  const by = caller.kind === 'user' ? userArn(caller) : undefined;
  const origin = { by, source: request.call.source, undoes: terms.undoes };
  const context: ApiContext = { ...services, caller, origin, ifMatch: terms.ifMatch };
  await services.live.refresh();
  const id =
    'kind' in operation ? resourceId(context, operation.kind, input) : taggedId(context.region, input);
  const subject = subjectOf(operation, id);
  Object.assign(request.call, { input, resource: resourceOf(subject, context.region) });
  requirePermission(context, operation, subject, input);
  return 'kind' in operation
    ? handlers[operation.verb](context, operation, id, input)
    : TAG_HANDLERS[operation.verb](context, id, input);
}

/** Returns the parts of a request. Throws an ApiError SerializationException if the body is not a JSON object. */
export function partsOf({ params, query, body }: FastifyRequest): RequestParts {
  return {
    params: params as RequestParts['params'],
    query: query as RequestParts['query'],
    body: parseJsonBody((body ?? new Uint8Array()) as Uint8Array),
  };
}

/** Returns the methods of all operations at a path; empty for an unknown path. */
export function methodsAt(path: string): readonly string[] {
  const segments = path.split('/');
  const matching = [...OPERATIONS, ...DAYBREAK_OPERATIONS, ...BETA_OPERATIONS].filter((operation) => {
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
