import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { errorText } from '../../common/error-text.ts';
import { createAwakeLimit } from '../../common/limits/awake-limit.ts';

/** A request to a metadata service. */
export type MetadataRequest = {
  readonly method?: 'GET' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  /** The limit of a complete response, in bytes. */
  readonly mostBytes: number;
  /** Redirects to follow, on the same server only. Default: 0. */
  readonly redirects?: number;
} & TimeLimits;

/** The limits of a request in time. */
export type TimeLimits = {
  /** The time limit of a complete response, in milliseconds. Default: 250. */
  readonly limitMs?: number;
  /** Ends the request earlier. */
  readonly signal?: AbortSignal;
};

/** The time limit of one request, in milliseconds: a metadata service answers from the same machine. */
const LIMIT_MS = 250;

/**
 * Requests a document of a metadata service over plain HTTP, on a connection of its own. It uses no proxy.
 * @throws Error with the reason: no answer in time, a status other than 200, too many bytes, or the error of the connection
 */
export async function getMetadata(url: string, options: MetadataRequest): Promise<string> {
  const { method = 'GET', headers = {}, mostBytes, redirects = 0, limitMs = LIMIT_MS, signal } = options;
  const limit = createAwakeLimit(limitMs);
  const ended = signal === undefined ? limit.signal : AbortSignal.any([limit.signal, signal]);
  const call = request(url, { method, headers, agent: false, signal: ended });
  // A time limit that ends the call after its response is reported by the response.
  call.on('error', () => undefined);
  try {
    const answered = once(call, 'response') as Promise<[IncomingMessage]>;
    call.end();
    const [response] = await answered;
    const next = redirects > 0 ? redirectOf(url, response) : undefined;
    if (next !== undefined) {
      return await getMetadata(next, { ...options, redirects: redirects - 1, signal: ended });
    }
    if (response.statusCode !== 200) throw new Error(`it answered with status ${response.statusCode}`);
    return await readAll(response, mostBytes);
  } catch (cause) {
    const reason = ended.aborted ? `it did not answer within ${limitMs} ms` : errorText(cause);
    throw new Error(reason, { cause });
  } finally {
    limit.end();
    call.destroy();
  }
}

/** Returns the URL on the same server to which a response redirects. */
function redirectOf(url: string, { statusCode = 0, headers }: IncomingMessage): string | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode)) return undefined;
  const next = URL.parse(headers.location ?? '', url);
  return next?.origin === new URL(url).origin ? next.href : undefined;
}

async function readAll(response: IncomingMessage, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`its answer has more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
