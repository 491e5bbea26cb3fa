import { cannotServe } from '../errors.ts';
import { refuse, serve, type Call, type Serving } from '../serving/serve.ts';
import type { Status } from './status.ts';

/** What is served: each made anew for each question. */
export type Served = {
  readonly status: () => Status;
  /** In Prometheus's text format. */
  readonly metrics: () => string;
};

/** Where it is served. `hosts`: further names of this machine. */
export type StatusPlace = {
  readonly address: string;
  readonly port: number;
  readonly hosts: readonly string[];
};

/**
 * `GET /status`, 200 whatever the health, as App Mesh's agent had it, and `GET /metrics`; anything else is 404 or 405. No TLS, no
 * credentials: it tells, and changes nothing.
 * @throws AgentError when the address cannot be listened on.
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
      refuse(response, { status: 404, line: 'there are /status and /metrics' });
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(response, { status: 405, line: `${path} can only be read`, allow: 'GET, HEAD' });
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
