/** The secret with the certificate of a node, and its key, which the agent serves to Envoy. */
export const IDENTITY_SECRET = 'daybreak/identity';

/** The secret with the roots of the trust domain, as validation context. */
export const TRUST_SECRET = 'daybreak/trust';

/** The first protocol that callers offer by ALPN in mutual TLS between proxies: it tells such connections from all other TLS. */
export const MESH_ALPN = 'daybreak';

/** The end of the names of filter chains that take mutual TLS, after the port of the listener. */
export const MESH_CHAIN = '_mesh';

/** Returns the port in the name of a filter chain that takes mutual TLS, for `flatMap`: empty for another chain. */
export function meshChainPort(chain: string): readonly number[] {
  const port = /_(\d+)(?:_direct)?_mesh$/.exec(chain)?.[1];
  return port === undefined ? [] : [Number(port)];
}

/** The path of the method to which Envoy sends the log of connections without mutual TLS. */
export const PLAIN_CALLERS_PATH = '/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs';
