import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BETA_OPERATIONS, resourceOperationNamed, type ResourceOperation } from '../../model/operations.ts';
import type { ApiServices, Output } from '../operations/context.ts';
import { addRoute, execute, HANDLERS, type Handlers } from '../operations/operations.ts';
import type { RequestParts } from '../validation/read-input.ts';
import { readBetaInput } from './input.ts';
import { toBetaOutput } from './output.ts';
import { routerHandlers } from './router.ts';
import { updateExpressible } from './update.ts';

/**
 * Returns the 19 operations of the beta API of 2018-10-01 as routes. Each request is read by the beta's model, executed as the
 * current API's operation of the same name, and the response is converted to the beta's model.
 */
export function betaOperations(services: ApiServices) {
  return async (app: FastifyInstance): Promise<void> => {
    for (const operation of BETA_OPERATIONS) {
      if (!('kind' in operation)) continue;
      addRoute(app, operation, (request, parts) => answer(services, request, operation, parts));
    }
  };
}

async function answer(
  services: ApiServices,
  request: FastifyRequest,
  operation: ResourceOperation,
  parts: RequestParts,
): Promise<Output> {
  const { input, serviceNames = [] } = readBetaInput(operation, parts);
  const handlers = operation.kind === 'virtualRouter' ? routerHandlers(serviceNames) : OTHER_HANDLERS;
  const current = resourceOperationNamed(operation.name);
  return toBetaOutput(operation, await execute(services, request, current, input, handlers));
}

const OTHER_HANDLERS: Handlers = { ...HANDLERS, Update: updateExpressible };
