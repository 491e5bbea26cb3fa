import { Agent, request as start, type IncomingHttpHeaders } from 'node:http';

/** Options of a request. */
export type Ask = {
  /** Default: GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Time-out of the whole exchange, to the last byte of the answer, in milliseconds. Default: 60,000. */
  readonly limitMs?: number;
  /** Default: a connection of its own. */
  readonly agent?: Agent;
  /** A Unix socket to send the request to, whatever host the URL names. */
  readonly socketPath?: string;
};

/** An answer with any status. */
export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/**
 * Sends one HTTP/1.1 request and reads the whole answer.
 * @throws Error with method and URL, if the connection fails or the time-out expires; never for a status.
 */
export function request(
  url: string,
  { method = 'GET', headers = {}, body, limitMs = 60_000, agent, socketPath }: Ask = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) =>
      reject(
        new Error(
          `${method} ${url}: ${cause.name === 'AbortError' ? `no answer within ${limitMs} ms` : cause.message}`,
          { cause },
        ),
      );
    const outgoing = start(
      url,
      {
        method,
        headers,
        agent: agent ?? false,
        signal: AbortSignal.timeout(limitMs),
        ...(socketPath === undefined ? {} : { socketPath }),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', fail);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}

/** Returns an agent that reuses connections, at most `connections` per host. Call destroy() on it at the end. */
export function keepAlive(connections: number): Agent {
  return new Agent({ keepAlive: true, maxSockets: connections });
}
