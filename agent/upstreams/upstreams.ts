import { createSecureContext } from 'node:tls';
import { readSource, type Source } from '../../common/files/source.ts';
import type { Upstream } from '../../xds/client/stream.ts';
import { cannotUseXdsSource } from '../errors.ts';
import { reachEndpoint } from './reach-endpoint.ts';
import type { XdsEndpoint } from '../settings/xds/xds-endpoint.ts';
import type { XdsSettings } from '../settings/xds/xds-settings.ts';
import { token } from '../settings/xds/xds-texts.ts';

/**
 * Returns the control planes with the credentials that the settings name. Files are read again for each connection, so that a renewed
 * certificate or token needs no restart.
 * @throws AgentError if a file or text is unusable now
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

function readSecure({ ca: caSource, certificate, token: tokenSource }: XdsSettings): Secure {
  const ca = caSource && read(caSource);
  const cert = certificate && read(certificate.cert);
  const key = certificate && read(certificate.key);
  if (caSource !== undefined) attempt(caSource, () => createSecureContext({ ca }));
  if (certificate !== undefined) attempt(certificate.cert, () => createSecureContext({ cert, key }));
  const headers = tokenSource === undefined ? {} : { authorization: `Bearer ${readToken(tokenSource)}` };
  return { tls: { ca, cert, key }, headers };
}

function readToken(source: Source): string {
  const content = read(source).toString().trim();
  return attempt(source, () => {
    const parsed = token(content);
    if ('wanted' in parsed) throw new Error(`not ${parsed.wanted}`);
    return parsed.value;
  });
}

function read(source: Source): Buffer {
  return attempt(source, () => {
    const content = readSource(source);
    if (content.toString().trim() === '') throw new Error('the file is empty');
    return content;
  });
}

function attempt<T>(source: Source, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw cannotUseXdsSource(source, cause);
  }
}
