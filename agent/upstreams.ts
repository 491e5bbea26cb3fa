import { readFileSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { credentials, Metadata, type CallCredentials, type ChannelCredentials } from '@grpc/grpc-js';
import type { Upstream } from '../xds/client.ts';
import { cannotReadXdsFile } from './errors.ts';
import type { XdsEndpoint } from './xds-endpoint.ts';
import type { XdsSettings } from './xds-settings.ts';

/**
 * The control planes as gRPC takes them, with the credentials that the settings name. Files are read again for each
 * connection, so that a renewed certificate or token needs no restart.
 * @throws AgentError when a file cannot be used now.
 */
export function upstreams(xds: XdsSettings): readonly Upstream[] {
  const secure = (): ChannelCredentials => tls(xds);
  if (xds.endpoints.some(({ kind }) => kind === 'tls')) secure();
  return xds.endpoints.map((endpoint) => ({
    target: target(endpoint),
    credentials: endpoint.kind === 'tls' ? secure : credentials.createInsecure(),
  }));
}

/** An endpoint as a gRPC target: addresses are named as such, or gRPC would ask DNS for them. */
export function target(endpoint: XdsEndpoint): string {
  if (endpoint.kind === 'unix') return `unix:${endpoint.path}`;
  const { host, port } = endpoint;
  if (isIPv4(host)) return `ipv4:${host}:${port}`;
  return isIPv6(host) ? `ipv6:[${host}]:${port}` : `dns:///${host}:${port}`;
}

function tls({ caFile, certificate, tokenFile }: XdsSettings): ChannelCredentials {
  const roots = caFile === undefined ? null : read('DAYBREAK_XDS_CA_FILE', caFile);
  const cert = certificate === undefined ? null : read('DAYBREAK_XDS_CERT_FILE', certificate.certFile);
  const key = certificate === undefined ? null : read('DAYBREAK_XDS_KEY_FILE', certificate.keyFile);
  made('DAYBREAK_XDS_CA_FILE', caFile, () => credentials.createSsl(roots));
  const channel = made('DAYBREAK_XDS_CERT_FILE', certificate?.certFile, () =>
    credentials.createSsl(roots, key, cert),
  );
  if (tokenFile === undefined) return channel;
  const token = read('DAYBREAK_XDS_TOKEN_FILE', tokenFile).toString().trim();
  return credentials.combineChannelCredentials(channel, bearer(tokenFile, token));
}

function bearer(tokenFile: string, token: string): CallCredentials {
  const metadata = made('DAYBREAK_XDS_TOKEN_FILE', tokenFile, () => {
    const shown = new Metadata();
    shown.set('authorization', `Bearer ${token}`);
    return shown;
  });
  return credentials.createFromMetadataGenerator((_options, callback) => callback(null, metadata));
}

function read(variable: string, path: string): Buffer {
  return made(variable, path, () => {
    const content = readFileSync(path);
    if (content.toString().trim() === '') throw new Error('it is empty');
    return content;
  });
}

function made<T>(variable: string, path: string | undefined, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw cannotReadXdsFile(variable, path ?? '', cause);
  }
}
