import type { FastifyInstance, FastifyRequest } from 'fastify';
import { OPERATIONS, type Operation, type Verb } from '../model/operations.ts';
import type { ApiContext, ResourceHandler } from './context.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { parseJsonBody } from './json-body.ts';
import { describe, list } from './read.ts';
import { readInput, type Input, type RequestParts } from './request.ts';
import { TAG_HANDLERS } from './tags.ts';
import { update } from './update.ts';

/** One handler a verb serves all seven kinds. */
const HANDLERS: Readonly<Record<Verb, ResourceHandler>> = {
  Create: create,
  Describe: describe,
  Update: update,
  Delete: remove,
  List: list,
};

/** The 38 operations of App Mesh as routes, made from the API model. */
export function appMeshOperations(context: ApiContext) {
  return async (app: FastifyInstance): Promise<void> => {
    // Whatever the content type says, the body is JSON: the protocol knows nothing else.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) =>
      parseJsonBody(body),
    );
    for (const operation of OPERATIONS) {
      app.route({
        method: operation.method,
        url: operation.path.replaceAll(/\{(\w+)\}/g, ':$1'),
        exposeHeadRoute: false,
        config: { operation: operation.name },
        handler: async (request) => carryOut(context, operation, readInput(operation, partsOf(request))),
      });
    }
  };
}

async function carryOut(context: ApiContext, operation: Operation, input: Input) {
  return 'kind' in operation
    ? HANDLERS[operation.verb](context, operation, input)
    : TAG_HANDLERS[operation.verb](context, input);
}

function partsOf({ params, query, body }: FastifyRequest): RequestParts {
  return {
    params: params as RequestParts['params'],
    query: query as RequestParts['query'],
    body: (body ?? {}) as RequestParts['body'],
  };
}

/** The methods that some operation takes at a path; empty where there is no such path. */
export function methodsAt(path: string): readonly string[] {
  const segments = path.split('/');
  const matching = OPERATIONS.filter((operation) => {
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
