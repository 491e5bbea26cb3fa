/** The secret with the certificate of a node, and its key, which the agent serves to Envoy. */
export const IDENTITY_SECRET = 'daybreak/identity';

/** The secret with the roots of the trust domain, as validation context. */
export const TRUST_SECRET = 'daybreak/trust';

/** The first protocol that callers offer by ALPN in mutual TLS between proxies: it tells such connections from all other TLS. */
export const MESH_ALPN = 'daybreak';
