import type { ServerOptions } from 'node:http';
import { createServer } from 'node:https';
import type { FastifyServerFactory } from 'fastify';
import type { ServerCertificate } from '../tls/server-certificate.ts';
import type { Followed } from '../../common/files/followed-files.ts';

/** The certificate that a server shows, as its files have it. */
export type ServerTls = Followed<ServerCertificate>;

/** What fastify sets on a server that it makes itself. */
type Timeouts = { readonly requestTimeout: number; readonly keepAliveTimeout: number };

/**
 * Makes fastify's server one that speaks TLS. New connections get the certificate of the day; the others keep theirs.
 * @param http what the server is to have besides the limits of time that fastify sets
 */
export function tlsServer(tls: ServerTls, http: ServerOptions): FastifyServerFactory {
  return (handler, options) => {
    const { requestTimeout, keepAliveTimeout } = options as Timeouts;
    const { cert, key } = tls.current();
    const times = { requestTimeout, keepAliveTimeout, handshakeTimeout: requestTimeout };
    const server = createServer({ ...http, ...times, cert, key }, handler);
    tls.onChange(({ cert: newCert, key: newKey }) => server.setSecureContext({ cert: newCert, key: newKey }));
    return server;
  };
}
