import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { getCACertificates } from 'node:tls';
import { CommandError } from '../errors.ts';
import { CallError } from './errors.ts';
import { errorCode } from '../../common/error-code.ts';

/** A request on the wire. `path` is escaped and includes the query string. */
export type WireRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** An answer; names in `headers` are in lower case. */
export type WireResponse = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
};

/** Sends requests to one server. */
export type Sender = {
  send(request: WireRequest): Promise<WireResponse>;
  /** Closes all connections. */
  close(): void;
};

/** The time-out of one call, in milliseconds. */
const CALL_LIMIT_MS = 20_000;
/** The most concurrent connections to the server. */
const CONNECTIONS = 16;

/**
 * Creates a sender with keep-alive connections. It does not use fetch, which would rewrite paths with a segment `.` or `..`.
 * `send` rejects with a CallError if no complete answer arrives within `limitMs`. `caFile`: certificates (PEM) of authorities
 * to trust in addition to those that Node trusts.
 * @throws CommandError if the file cannot be read
 */
export function createSender(
  endpoint: URL,
  caFile: string | undefined,
  limitMs: number = CALL_LIMIT_MS,
): Sender {
  const tls = endpoint.protocol === 'https:';
  const { Agent, request: start } = tls ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, ...(tls ? trust(caFile) : {}) });
  const send = ({ method, path, headers, body }: WireRequest): Promise<WireResponse> => {
    const { promise, resolve, reject } = Promise.withResolvers<WireResponse>();
    const signal = AbortSignal.timeout(limitMs);
    const request = start(endpoint, { agent, method, path, headers, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0 } = response;
        resolve({ status, headers: response.headers, body: Buffer.concat(chunks).toString() });
      });
    });
    request.on('error', reject);
    request.end(body);
    return promise.catch((error: unknown) => {
      const what = signal.aborted ? `did not answer within ${limitMs / 1000} s` : 'cannot be reached';
      const remedy = remedyFor(error, endpoint);
      throw new CallError(`the control plane at ${endpoint.origin} ${what}`, {
        cause: remedy === undefined ? error : plainer(error, remedy),
      });
    });
  };
  return { send, close: () => agent.destroy() };
}

// Node's own texts name its source files, and flags of Node. The code stays: it decides about a retry.
function plainer(error: unknown, text: string): Error {
  const code = errorCode(error);
  return Object.assign(new Error(`${text} (${code})`), { code });
}

/** Returns the fault and its remedy if the server speaks another protocol than the endpoint says, or if its certificate is not trusted. */
function remedyFor(error: unknown, { protocol, host }: URL): string | undefined {
  const code = errorCode(error) ?? '';
  if (protocol === 'https:') {
    if (UNTRUSTED.has(code))
      return 'no trusted authority signed its certificate: give the authority by --ca-file';
    const isPlaintext = code === 'EPROTO' || code.startsWith('ERR_SSL_');
    return isPlaintext
      ? `it does not speak TLS there: if it is without TLS, write http://${host}`
      : undefined;
  }
  if (code.startsWith('HPE_'))
    return 'it does not speak HTTP/1.1 there: if this is the port of --ads, write that of --api';
  return code === 'ECONNRESET' ? `it hung up: if it has TLS, write https://${host}` : undefined;
}

/** OpenSSL's reasons for a chain without a trusted authority, as Node names them. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function trust(caFile: string | undefined): { readonly ca?: string[] } {
  if (caFile === undefined) return {};
  try {
    return { ca: [...getCACertificates('default'), readFileSync(caFile, 'utf8')] };
  } catch (error) {
    throw new CommandError(
      `the certificates in ${caFile} (--ca-file, DAYBREAK_CA_FILE or AWS_CA_BUNDLE) cannot be read`,
      { cause: error },
    );
  }
}
