import type { Source } from '../../../common/files/source.ts';
import { list, text, type Reader } from '../../../common/settings.ts';
import { xdsEndpoint, type XdsEndpoint } from './xds-endpoint.ts';
import { readIdentity, type IdentitySettings } from '../../identity/identity-settings.ts';
import { readXdsSource, requirePair } from './xds-texts.ts';

/**
 * How to connect to the control plane: replicas in the order to try, and the sources for authentication. Files are read again for each
 * connection.
 */
export type XdsSettings = {
  readonly endpoints: readonly XdsEndpoint[];
  /** Trusted authorities, instead of the system's roots. */
  readonly ca: Source | undefined;
  /** A client certificate and its key: both or neither. */
  readonly certificate: { readonly cert: Source; readonly key: Source } | undefined;
  /** A bearer token. */
  readonly token: Source | undefined;
  /** How the agent proves who it is, to get a certificate from the control plane. Undefined: it has no identity of its own. */
  readonly identity: IdentitySettings | undefined;
};

/** Reads how to connect to the control plane. The endpoint has no default, unlike in App Mesh's image. */
export function readXds(read: Reader, isRequired: boolean): XdsSettings {
  const unset = read('APPMESH_XDS_ENDPOINT', text, undefined) === undefined;
  if (unset && isRequired) {
    const wanted = 'the control plane: host:port (TLS), http://host:port (plaintext) or unix:///path';
    read.problem({ name: 'APPMESH_XDS_ENDPOINT', got: undefined, wanted });
  }
  const endpoints = read('APPMESH_XDS_ENDPOINT', list(xdsEndpoint), []);
  const token = readXdsSource(read, 'TOKEN');
  if (token !== undefined && endpoints.some(({ kind }) => kind !== 'tls')) {
    const wanted = 'not to be set unless every endpoint is host:port: a token is sent over TLS only';
    const name = token.setting;
    const secret = { got: undefined, isSecret: true } as const;
    read.problem({ name, wanted, ...(token.kind === 'text' ? secret : { got: token.path }) });
  }
  const identity = readIdentity(read);
  if (identity !== undefined && (endpoints.length === 0 || endpoints.some(({ kind }) => kind !== 'tls'))) {
    const wanted =
      'not to be set unless every endpoint is host:port: an agent proves who it is over TLS only';
    const name = identity.joinToken?.setting ?? 'DAYBREAK_IDENTITY';
    read.problem({ name, got: undefined, wanted, isSecret: true });
  }
  requirePair(read);
  const cert = readXdsSource(read, 'CERT');
  const key = readXdsSource(read, 'KEY');
  return {
    endpoints,
    ca: readXdsSource(read, 'CA'),
    certificate: cert && key && { cert, key },
    token,
    identity,
  };
}
