import type { FastifyInstance } from 'fastify';
import type { RouteConfig } from './call.ts';
import { forbidden, misdirected } from './errors.ts';
import { isOwnHost, isOwnOrigin, type OwnHosts } from '../../common/addresses/own-hosts.ts';

/** App Mesh's own host names, which its clients sign: those of its regions, also in China, and those with IPv6. */
const AWS =
  /^appmesh(?:-[a-z]+)*\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|api\.aws|api\.amazonwebservices\.com\.cn)$/;

/**
 * Refuses requests for other hosts and requests from pages of other sites, so that a page in a browser on this machine or
 * network cannot use the browser's access. Routes with `anyHost` accept any host.
 */
export function requireOwnHost(app: FastifyInstance, hosts: OwnHosts): void {
  app.addHook('onRequest', async ({ headers: { host, origin }, routeOptions }) => {
    if (!isOwnOrigin(origin, host ?? '')) {
      throw forbidden(
        `A page of ${JSON.stringify(origin)} may not call this control plane: the request is for host ${JSON.stringify(host ?? '')}. A proxy in front has to pass the browser's header Host on.`,
      );
    }
    const { anyHost } = routeOptions.config as RouteConfig;
    // HTTP/1.0 has no Host, and browsers do not use it.
    if (anyHost || host === undefined || isOwnHost(host, { ...hosts, pattern: AWS })) return;
    throw misdirected(host);
  });
}
