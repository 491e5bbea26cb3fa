import { list, text, type Reader } from '../../common/settings.ts';
import { path } from './parsers.ts';
import { xdsEndpoint, type XdsEndpoint } from './xds-endpoint.ts';

/** How to connect to the control plane: replicas in the order to try, and files for authentication. */
export type XdsSettings = {
  readonly endpoints: readonly XdsEndpoint[];
  /** Trusted authorities, instead of the system's roots. */
  readonly caFile: string | undefined;
  /** A client certificate and its key: both or neither. */
  readonly certificate: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** File with a bearer token. All files are read again for each connection. */
  readonly tokenFile: string | undefined;
};

/** Reads how to connect to the control plane. The endpoint is required: unlike App Mesh's image, there is no default. */
export function readXds(read: Reader): XdsSettings {
  const unset = read('APPMESH_XDS_ENDPOINT', text, undefined) === undefined;
  if (unset) {
    const wanted = 'the control plane: host:port (TLS), http://host:port (plaintext) or unix:///path';
    read.problem({ name: 'APPMESH_XDS_ENDPOINT', got: undefined, wanted });
  }
  const endpoints = read('APPMESH_XDS_ENDPOINT', list(xdsEndpoint), []);
  const certFile = read('DAYBREAK_XDS_CERT_FILE', path, undefined);
  const keyFile = read('DAYBREAK_XDS_KEY_FILE', path, undefined);
  const tokenFile = read('DAYBREAK_XDS_TOKEN_FILE', path, undefined);
  if ((certFile === undefined) !== (keyFile === undefined)) {
    const name = certFile === undefined ? 'DAYBREAK_XDS_CERT_FILE' : 'DAYBREAK_XDS_KEY_FILE';
    read.problem({
      name,
      got: undefined,
      wanted: 'a client certificate needs both its certificate and its key',
    });
  }
  if (tokenFile !== undefined && endpoints.some(({ kind }) => kind !== 'tls')) {
    const wanted = 'not to be set unless every endpoint is host:port: a token is sent over TLS only';
    read.problem({ name: 'DAYBREAK_XDS_TOKEN_FILE', got: tokenFile, wanted });
  }
  return {
    endpoints,
    caFile: read('DAYBREAK_XDS_CA_FILE', path, undefined),
    certificate: certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile },
    tokenFile,
  };
}
