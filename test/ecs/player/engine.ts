import { request } from '../../lab/clients/http.ts';
import type { Docker } from '../../docker/testing/dockerd.ts';

/** The state of a container, as Docker reports it. */
export type Inspected = {
  readonly Id: string;
  readonly Created: string;
  readonly Image: string;
  readonly State: {
    readonly Status: 'created' | 'running' | 'exited' | 'dead' | 'paused' | 'restarting' | 'removing';
    readonly ExitCode: number;
    readonly StartedAt: string;
    readonly FinishedAt: string;
    readonly Health?: { readonly Status: string; readonly Log?: readonly { readonly Output: string }[] };
  };
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string; readonly MacAddress: string }>>;
  };
};

/** Docker's API, which has forms of health checks that its command line has not. */
export type Engine = {
  /** Creates a container, and returns its id. */
  create(name: string, body: object): Promise<string>;
  start(id: string): Promise<void>;
  /** Sends SIGTERM, and SIGKILL after `seconds`; resolves when the container has ended. */
  stop(id: string, seconds: number): Promise<void>;
  inspect(id: string): Promise<Inspected>;
};

/** The version of the API of Docker 20.10. */
const VERSION = 'v1.41';

/** Time-out of a call that waits for nothing, in milliseconds, for a busy machine. */
const LIMIT_MS = 120_000;

/** Creates a client of a daemon's API; calls throw an Error with Docker's message. */
export function dockerEngine(docker: Docker): Engine {
  const socketPath = (docker.env['DOCKER_HOST'] ?? '').replace('unix://', '');
  const call = async (method: string, path: string, body?: object, limitMs = LIMIT_MS): Promise<unknown> => {
    const answer = await request(`http://docker/${VERSION}${path}`, {
      method,
      socketPath,
      limitMs,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return answer.body === '' ? undefined : (JSON.parse(answer.body) as unknown);
  };
  return {
    async create(name, body) {
      const { Id } = (await call('POST', `/containers/create?name=${encodeURIComponent(name)}`, body)) as {
        readonly Id: string;
      };
      return Id;
    },
    async start(id) {
      await call('POST', `/containers/${id}/start`);
    },
    async stop(id, seconds) {
      await call('POST', `/containers/${id}/stop?t=${seconds}`, undefined, LIMIT_MS + seconds * 1000);
    },
    async inspect(id) {
      return (await call('GET', `/containers/${id}/json`)) as Inspected;
    },
  };
}
