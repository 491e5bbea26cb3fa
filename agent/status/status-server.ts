import { refuse, serve, type Call, type ListenAddress, type Serving } from '../serving/serve.ts';
import { healthLine } from './health-line.ts';
import type { Status } from './status.ts';

/** Functions that render the responses, called for each request. */
export type Served = {
  readonly status: () => Status;
  /** In Prometheus's text format. */
  readonly metrics: () => string;
};

/** Where the status server listens, and further paths with their handlers. `hosts` are additional names of this machine. */
export type StatusServerOptions = {
  readonly place: ListenAddress;
  readonly hosts: readonly string[];
  readonly served: Served;
  readonly handlers: Readonly<Record<string, (call: Call) => void>>;
};

/**
 * Serves, without TLS or authentication: `GET /status`, with 200 for any health, as App Mesh's agent did; `GET /readyz`, with 200 if the agent is
 * healthy, else with 503 and the reason; `GET /metrics`; and the paths of `handlers`. Any other call gets 404 or 405.
 * @throws Error if the agent cannot listen there
 */
export function serveStatus({ place, hosts, served, handlers }: StatusServerOptions): Promise<Serving> {
  const { status, metrics } = served;
  const answers: Readonly<Record<string, () => readonly [type: string, body: string, code?: 503]>> = {
    '/status': () => ['application/json', `${JSON.stringify(status(), undefined, 2)}\n`],
    '/readyz': () => readiness(status()),
    '/metrics': () => ['text/plain; version=0.0.4; charset=utf-8', metrics()],
  };
  const paths = [...Object.keys(answers), ...Object.keys(handlers)];

  return serve(place, hosts, (call) => {
    const { request, response, path } = call;
    const make = answers[path];
    const handle = handlers[path];
    if (handle !== undefined) {
      handle(call);
    } else if (make === undefined) {
      refuse(response, { status: 404, line: `the paths are ${paths.join(', ')}` });
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(response, { status: 405, line: `${path} allows only GET and HEAD`, allow: 'GET, HEAD' });
    } else {
      const [type, body, code = 200] = make();
      response.writeHead(code, { 'content-type': type, 'cache-control': 'no-store' });
      response.end(body);
    }
  });
}

function readiness(status: Status): readonly [type: string, body: string, code?: 503] {
  const type = 'text/plain; charset=utf-8';
  return status.healthStatus === 'HEALTHY' ? [type, 'ready\n'] : [type, `${healthLine(status)}\n`, 503];
}
