import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isLoopback } from '../../common/host-port.ts';
import type { Authenticate, SignedRequest } from '../auth/authenticate.ts';
import { authorize } from '../auth/authorize.ts';
import { newCall, type RouteConfig } from './call.ts';
import type { RateLimit } from './rate-limit.ts';

/**
 * Every route, present and future, finds out who calls before its handler runs; one that is no operation also has its
 * action authorized here. A route has to say which of the three it is, so that none is left open by an oversight.
 */
export function findOutWhoCalls(app: FastifyInstance, authenticate: Authenticate, limit: RateLimit): void {
  app.decorateRequest('call');
  app.addHook('onRoute', ({ path, config = {} }) => {
    const { operation, action, open } = config as RouteConfig;
    if ((operation ?? action ?? open) === undefined) {
      throw new Error(
        `route ${path} does not say who may call it: its config needs operation, action or open`,
      );
    }
  });
  app.addHook('onRequest', async (request) => {
    request.call = newCall();
  });
  app.addHook('preValidation', async (request) => {
    const { action, open } = request.routeOptions.config as RouteConfig;
    if (open || request.is404) return;
    const caller = await authenticate({
      ...signedParts(request),
      passwordWillDo: action !== undefined && isConfidential(request),
    });
    request.call.caller = caller;
    if (action !== undefined) {
      request.call.resource = '*';
      authorize(caller, { action, resource: '*' }, undefined);
    }
    limit(caller, request.ip);
  });
}

function signedParts({ method, url, query, headers, body }: FastifyRequest): SignedRequest {
  if (body !== undefined && !(body instanceof Uint8Array)) {
    throw new Error('the body is not there as it was sent, so that no signature of it can be verified');
  }
  return {
    method,
    path: url.split('?', 1)[0] ?? '',
    query: query as SignedRequest['query'],
    headers,
    body: body ?? new Uint8Array(),
  };
}

function isConfidential({ raw: { socket } }: FastifyRequest): boolean {
  const encrypted = (socket as { readonly encrypted?: boolean }).encrypted === true;
  return encrypted || isLoopback(socket.remoteAddress ?? '');
}
