import type { FastifyInstance } from 'fastify';
import { callerOf, type RouteConfig } from '../../http/call.ts';
import { forbidden } from '../../http/errors.ts';
import type { ConsoleLink } from '../contract.ts';
import { LINK_LIFETIME, type Links } from './links.ts';
import { begin, type SessionServices } from './session-routes.ts';
import { requireConfidential } from './sign-in.ts';

const MAKE: RouteConfig = { authenticated: true, event: 'CreateConsoleLink' };
/** The pages, from a link on: relative, for a proxy that serves the API under a path. */
const PAGES = '../';
const USE: RouteConfig = { open: true, event: 'ConsoleLogin' };

/**
 * Serves `POST /console/links`, signed: makes a link that signs the caller in. `GET /console/link/CODE`: the link. It begins a session and
 * leads to the console.
 */
export function linkRoutes({ links, ...services }: SessionServices & { readonly links: Links }) {
  return async (app: FastifyInstance): Promise<void> => {
    app.post('/console/links', { config: MAKE }, async (request): Promise<ConsoleLink> => {
      const caller = callerOf(request);
      if (caller.kind === 'anyone') return { path: '/console/' };
      const key = services.signers?.keyOf(caller.accessKeyId);
      // Otherwise a session could extend itself forever.
      if (request.call.source === 'console' || key === undefined) {
        throw forbidden(
          'A link to the console needs a call that is signed with a key of the credentials file.',
        );
      }
      const expiresAt = new Date(services.now() + LINK_LIFETIME).toISOString();
      return { path: `/console/link/${links.make(key)}`, expiresAt };
    });
    app.get('/console/link/:code', { config: USE, exposeHeadRoute: false }, async (request, reply) => {
      if (services.signers === undefined) return reply.redirect(PAGES, 303);
      requireConfidential(request);
      // A browser that prefetches the page would use up the link.
      if (/prefetch|prerender/.test(String(request.headers['sec-purpose'] ?? ''))) {
        return reply.code(503).send();
      }
      const key = links.take((request.params as { readonly code: string }).code);
      if (key === undefined) {
        throw forbidden(
          'This link to the console was used, or is older than a minute. Run daybreak console again.',
        );
      }
      begin(services, request, reply, key);
      return reply.redirect(PAGES, 303);
    });
  };
}
