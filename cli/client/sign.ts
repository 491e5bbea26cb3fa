import { Sha256 } from '../../common/sha256.ts';
import { findCredentials } from './credentials.ts';

/** A request before it is signed. `path` is escaped, `query` is not. */
export type UnsignedRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Returns the headers to send, including those of the signature. */
export type Signer = (request: UnsignedRequest) => Promise<Readonly<Record<string, string>>>;

/** Creates a signer: SigV4 for App Mesh if there are AWS credentials; otherwise requests stay unsigned. */
export async function createSigner(endpoint: URL, region: string, env: NodeJS.ProcessEnv): Promise<Signer> {
  const credentials = await findCredentials(endpoint, env);
  if (credentials === undefined) return async ({ headers }) => headers;
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const signer = new SignatureV4({ service: 'appmesh', region, credentials, sha256: Sha256 });
  return async (request) => {
    const { hostname, protocol } = endpoint;
    const signed = await signer.sign({ ...request, hostname, protocol, headers: { ...request.headers } });
    return signed.headers;
  };
}
