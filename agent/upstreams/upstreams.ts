import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Upstream } from '../../xds/client/stream.ts';
import { cannotReadXdsFile } from '../errors.ts';
import { reachEndpoint } from './reach-endpoint.ts';
import type { XdsEndpoint } from '../settings/xds-endpoint.ts';
import type { XdsSettings } from '../settings/xds-settings.ts';

/**
 * Returns the control planes with the credentials that the settings name. Files are read again for each connection, so that a renewed
 * certificate or token needs no restart.
 * @throws AgentError if a file is unusable now
 */
export function upstreams(xds: XdsSettings): readonly Upstream[] {
  const secure = (): Secure => readSecure(xds);
  if (xds.endpoints.some(({ kind }) => kind === 'tls')) secure();
  return xds.endpoints.map((endpoint) => upstream(endpoint, secure));
}

type Secure = ReturnType<NonNullable<Upstream['secure']>>;

function upstream(endpoint: XdsEndpoint, secure: () => Secure): Upstream {
  // A local socket needs no reachability check: there is no network in between.
  if (endpoint.kind === 'unix') return { address: { path: endpoint.path } };
  const { host, port } = endpoint;
  return {
    address: { host, port },
    reach: (signal) => reachEndpoint(host, port, signal),
    ...(endpoint.kind === 'tls' ? { secure } : {}),
  };
}

function readSecure({ caFile, certificate, tokenFile }: XdsSettings): Secure {
  const ca = caFile === undefined ? undefined : read('DAYBREAK_XDS_CA_FILE', caFile);
  const cert = certificate === undefined ? undefined : read('DAYBREAK_XDS_CERT_FILE', certificate.certFile);
  const key = certificate === undefined ? undefined : read('DAYBREAK_XDS_KEY_FILE', certificate.keyFile);
  attempt('DAYBREAK_XDS_CA_FILE', caFile, () => createSecureContext({ ca }));
  attempt('DAYBREAK_XDS_CERT_FILE', certificate?.certFile, () => createSecureContext({ cert, key }));
  const headers = tokenFile === undefined ? {} : { authorization: `Bearer ${readToken(tokenFile)}` };
  return { tls: { ca, cert, key }, headers };
}

/** Visible ASCII: a superset of a bearer token's characters (RFC 6750, section 2.1, `b64token`), without line breaks. */
const TOKEN = /^[\x21-\x7e]+$/;

function readToken(file: string): string {
  const token = read('DAYBREAK_XDS_TOKEN_FILE', file).toString().trim();
  return attempt('DAYBREAK_XDS_TOKEN_FILE', file, () => {
    if (!TOKEN.test(token)) throw new Error('not a token: one line of visible ASCII characters is required');
    return token;
  });
}

function read(variable: string, path: string): Buffer {
  return attempt(variable, path, () => {
    const content = readFileSync(path);
    if (content.toString().trim() === '') throw new Error('the file is empty');
    return content;
  });
}

function attempt<T>(variable: string, path: string | undefined, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw cannotReadXdsFile(variable, path ?? '', cause);
  }
}
