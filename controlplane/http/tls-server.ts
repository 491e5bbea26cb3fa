import type { ServerOptions } from 'node:http';
import { createServer } from 'node:https';
import type { FastifyServerFactory } from 'fastify';
import type { ServerCertificate } from '../tls/server-certificate.ts';
import type { Followed } from '../../common/files/followed-files.ts';

/** A server's certificate, which follows its files. */
export type ServerTls = Followed<ServerCertificate>;

/** The time-outs that fastify sets on its own servers. */
type Timeouts = { readonly requestTimeout: number; readonly keepAliveTimeout: number };

/**
 * Creates fastify's server with TLS. New connections get the current certificate; existing ones keep theirs.
 * @param http further options of the server, besides fastify's time-outs
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
