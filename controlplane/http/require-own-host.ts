import type { FastifyInstance } from 'fastify';
import type { RouteConfig } from './call.ts';
import { forbidden, misdirected } from './errors.ts';
import { isOwnHost, isOwnOrigin, type OwnHosts } from '../../common/own-hosts.ts';

/** The names that App Mesh's clients sign for. */
const AWS = /^appmesh(?:-[a-z]+)*\.[a-z0-9-]+\.amazonaws\.com$/;

/**
 * Refuses requests for another host, and those of pages of other sites: a browser on this machine, or on its network, must not do
 * for a page what it may do itself. Routes that are open to everybody take any host, because health checks come by any name.
 */
export function requireOwnHost(app: FastifyInstance, hosts: OwnHosts): void {
  app.addHook('onRequest', async ({ headers: { host, origin }, routeOptions }) => {
    if (!isOwnOrigin(origin, host ?? '')) {
      throw forbidden(`A page of ${JSON.stringify(origin)} may not call this control plane.`);
    }
    const { open } = routeOptions.config as RouteConfig;
    // HTTP/1.0 has no Host, and no browser speaks it.
    if (open || host === undefined || isOwnHost(host, { ...hosts, pattern: AWS })) return;
    throw misdirected(host);
  });
}
