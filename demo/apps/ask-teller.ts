import { Agent, get, type OutgoingHttpHeaders } from 'node:http';

const LIMIT_MS = 15_000;

/** Sends requests to a color teller over kept connections. The requests have these headers. */
export type AskTeller = (headers: OutgoingHttpHeaders) => Promise<string>;

/**
 * Creates a client of the teller at `endpoint` (host:port). It retries no request: a broken connection is an error, so that no fault in
 * between stays unnoticed. Its errors contain the answer that came instead of a color (another status and its body), or how the connection
 * failed.
 */
export function createAskTeller(endpoint: string): AskTeller {
  const agent = new Agent({ keepAlive: true });

  return (headers) =>
    new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(LIMIT_MS);
      const request = get(`http://${endpoint}/`, { agent, headers, signal }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const body = Buffer.concat(chunks).toString().trim();
          if (answer.statusCode === 200) resolve(body);
          else reject(new Error(`${endpoint} answered ${answer.statusCode}: ${body}`));
        });
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        const what = signal.aborted ? `no answer in ${LIMIT_MS} ms` : error.message;
        reject(new Error(`${endpoint}: ${what}`));
      });
    });
}
