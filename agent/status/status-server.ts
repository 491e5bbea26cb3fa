import { cannotServe } from '../errors.ts';
import { refuse, serve, type Call, type Serving } from '../serving/serve.ts';
import type { Status } from './status.ts';

/** Functions that render the responses, called for each request. */
export type Served = {
  readonly status: () => Status;
  /** In Prometheus's text format. */
  readonly metrics: () => string;
};

/** Where the status server listens. `hosts` are additional names of this machine. */
export type StatusPlace = {
  readonly address: string;
  readonly port: number;
  readonly hosts: readonly string[];
};

/**
 * Serves `GET /status`, with 200 for any health as App Mesh's agent did, and `GET /metrics`; anything else is 404 or 405. Read-only,
 * without TLS or authentication.
 * @throws AgentError if the agent cannot listen on the address
 */
export async function serveStatus(
  { address, port, hosts }: StatusPlace,
  { status, metrics }: Served,
): Promise<Serving> {
  const answers: Readonly<Record<string, () => readonly [type: string, body: string]>> = {
    '/status': () => ['application/json', `${JSON.stringify(status(), undefined, 2)}\n`],
    '/metrics': () => ['text/plain; version=0.0.4; charset=utf-8', metrics()],
  };

  function answer({ request, response, path }: Call): void {
    const make = answers[path];
    if (make === undefined) {
      refuse(response, { status: 404, line: 'the paths are /status and /metrics' });
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(response, { status: 405, line: `${path} allows only GET and HEAD`, allow: 'GET, HEAD' });
    } else {
      const [type, body] = make();
      response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' });
      response.end(body);
    }
  }

  try {
    return await serve({ address, port }, hosts, answer);
  } catch (cause) {
    throw cannotServe('STATUS_PORT', { address, port }, cause);
  }
}
