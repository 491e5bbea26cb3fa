import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isLoopback } from '../../common/addresses/host-port.ts';
import type { Authenticate, SignedRequest } from '../auth/authenticate.ts';
import { authorize } from '../auth/authorize.ts';
import { newCall, type RouteConfig } from './call.ts';
import type { CallerOfPage } from './caller-of-page.ts';
import type { RateLimit } from './rate-limit.ts';

/**
 * Authenticates the caller of every route before its handler runs, also of routes that are added later. Routes that are not
 * operations are authorized here, too. A route must declare an operation, an action or `open`, so that none is left open by
 * mistake.
 */
export function authenticateCalls(
  app: FastifyInstance,
  authenticate: Authenticate,
  limit: RateLimit,
  callerOfPage: CallerOfPage = () => undefined,
): void {
  app.decorateRequest('call');
  app.addHook('onRoute', ({ path, config = {} }) => {
    const { operation, action, open, authenticated } = config as RouteConfig;
    if ((operation ?? action ?? open ?? authenticated) === undefined) {
      throw new Error(
        `route ${path} does not declare who may call it: its config needs operation, action, authenticated or open`,
      );
    }
  });
  app.addHook('onRequest', async (request) => {
    request.call = newCall();
  });
  app.addHook('preValidation', async (request) => {
    const { action, open } = request.routeOptions.config as RouteConfig;
    if (open || request.is404) return;
    const page = callerOfPage(request);
    const caller =
      page?.caller ??
      (await authenticate({
        ...signedParts(request),
        allowsPassword: action !== undefined && isConfidential(request),
      }));
    request.call.caller = caller;
    if (page !== undefined) request.call.source = 'console';
    if (action !== undefined) {
      request.call.resource = '*';
      authorize(caller, { action, resource: '*' }, undefined);
    }
    limit(caller, request.ip);
  });
}

function signedParts({ method, url, query, headers, body }: FastifyRequest): SignedRequest {
  if (body !== undefined && !(body instanceof Uint8Array)) {
    throw new Error('the raw body is missing, so its signature cannot be verified');
  }
  return {
    method,
    path: url.split('?', 1)[0] ?? '',
    query: query as SignedRequest['query'],
    headers,
    body: body ?? new Uint8Array(),
  };
}

/** Whether no other machine can read the request: it uses TLS, or does not leave this machine. */
export function isConfidential(request: FastifyRequest): boolean {
  return isEncrypted(request) || isLoopback(request.raw.socket.remoteAddress ?? '');
}

/** Whether the request came over TLS. */
export function isEncrypted({ raw: { socket } }: FastifyRequest): boolean {
  return (socket as { readonly encrypted?: boolean }).encrypted === true;
}
