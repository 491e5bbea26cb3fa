import { request } from 'node:http';
import { serialOf } from '../secrets/pem.ts';
import type { AppEndpoint } from '../application/endpoint-problem.ts';

/** Envoy's state as `GET /ready` names it; `UNREACHABLE` stands for no answer. */
export type Lifecycle = 'LIVE' | 'PRE_INITIALIZING' | 'INITIALIZING' | 'DRAINING' | 'UNREACHABLE';

/** The calls of Envoy's admin interface that the agent makes. Each call times out after 2 s, and rejects with the reason. */
export type AdminClient = {
  ready(signal?: AbortSignal): Promise<Lifecycle>;
  /** Values by name of the statistics whose names match the regular expression (RE2). */
  stats(filter: string, signal?: AbortSignal): Promise<ReadonlyMap<string, number>>;
  /** Endpoints of the clusters whose whole names match the regular expression (RE2); only those with a static load assignment. */
  endpoints(clusters: string, signal?: AbortSignal): Promise<readonly AppEndpoint[]>;
  /**
   * The entries of Envoy's configuration dump under `resource`, e.g. `dynamic_active_secrets`, as Envoy writes them. `mask` is a
   * comma-separated list of fields. Default: all fields.
   */
  configDump<T>(resource: string, mask?: string, signal?: AbortSignal): Promise<readonly T[]>;
  /** Serial numbers of all certificates and authorities in force, normalized by `serialOf` (secrets/pem.ts). */
  certificates(signal?: AbortSignal): Promise<ReadonlySet<string>>;
  /** Starts a graceful drain: Envoy asks callers in each response to close the connection, and still accepts new ones. */
  drainListeners(signal?: AbortSignal): Promise<void>;
  /** Stops accepting connections from callers. Open connections stay. */
  closeListeners(signal?: AbortSignal): Promise<void>;
  /** Makes another call and resolves with the body. Rejects unless the status is 200. Default time limit: 2 s. */
  ask(method: 'GET' | 'POST', path: string, limitMs?: number): Promise<string>;
};

const TIMEOUT_MS = 2000;
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;
const LIFECYCLES: readonly Lifecycle[] = ['LIVE', 'PRE_INITIALIZING', 'INITIALIZING', 'DRAINING'];

/** Creates a client for the admin interface on a unix socket. */
export function createAdminClient(socketPath: string): AdminClient {
  async function ask(
    method: 'GET' | 'POST',
    path: string,
    signal?: AbortSignal,
    limitMs = TIMEOUT_MS,
  ): Promise<Answer> {
    const limit = AbortSignal.timeout(limitMs);
    const either = signal === undefined ? limit : AbortSignal.any([limit, signal]);
    return send({ method, socketPath, path, signal: either, agent: false });
  }

  async function dump<T>(query: string, signal?: AbortSignal): Promise<readonly T[]> {
    const path = `/config_dump?${query}`;
    const { configs = [] } = JSON.parse(expectOk(path, await ask('GET', path, signal))) as DumpAnswer<T>;
    return configs;
  }

  async function post(path: string, signal?: AbortSignal): Promise<void> {
    expectOk(path, await ask('POST', path, signal));
  }

  return {
    async ready(signal) {
      const { body } = await ask('GET', '/ready', signal);
      return LIFECYCLES.find((lifecycle) => lifecycle === body.trim()) ?? 'UNREACHABLE';
    },
    async stats(filter, signal) {
      const path = `/stats?format=json&filter=${encodeURIComponent(filter)}`;
      const { stats } = JSON.parse(expectOk(path, await ask('GET', path, signal))) as StatsAnswer;
      return new Map(stats.flatMap(({ name, value }) => (name === undefined ? [] : [[name, Number(value)]])));
    },
    configDump: (resource, mask, signal) =>
      dump(`resource=${resource}${mask === undefined ? '' : `&mask=${mask}`}`, signal),
    async endpoints(clusters, signal) {
      const query = `resource=dynamic_active_clusters&name_regex=${encodeURIComponent(clusters)}`;
      const configs = await dump<DumpedCluster>(query, signal);
      return configs.flatMap(({ cluster: { name, load_assignment } }) =>
        (load_assignment?.endpoints ?? [])
          .flatMap(({ lb_endpoints = [] }) => lb_endpoints)
          .map(({ endpoint }) => endpoint.address.socket_address)
          .map((found) => ({ cluster: name, address: found.address, port: found.port_value })),
      );
    },
    async certificates(signal) {
      const { certificates = [] } = JSON.parse(
        expectOk('/certs', await ask('GET', '/certs', signal)),
      ) as CertificatesAnswer;
      const all = certificates.flatMap(({ ca_cert = [], cert_chain = [] }) => [...ca_cert, ...cert_chain]);
      return new Set(all.map(({ serial_number }) => serialOf(serial_number)));
    },
    // Inbound listeners only: the application may need the outbound one until the end.
    drainListeners: (signal) => post('/drain_listeners?inboundonly&graceful&skip_exit', signal),
    closeListeners: (signal) => post('/drain_listeners?inboundonly', signal),
    ask: async (method, path, limitMs) => expectOk(path, await ask(method, path, undefined, limitMs)),
  };
}

type StatsAnswer = {
  readonly stats: readonly { readonly name?: string; readonly value?: number }[];
};
type DumpedCertificate = { readonly serial_number: string };
type CertificatesAnswer = {
  readonly certificates?: readonly {
    readonly ca_cert?: readonly DumpedCertificate[];
    readonly cert_chain?: readonly DumpedCertificate[];
  }[];
};
type DumpAnswer<T> = { readonly configs?: readonly T[] };
/** The fields of Envoy's JSON that the agent reads. */
type DumpedCluster = {
  readonly cluster: {
    readonly name: string;
    readonly load_assignment?: {
      readonly endpoints?: readonly {
        readonly lb_endpoints?: readonly {
          readonly endpoint: {
            readonly address: {
              readonly socket_address: { readonly address: string; readonly port_value: number };
            };
          };
        }[];
      }[];
    };
  };
};
type Answer = { readonly status: number; readonly body: string };

function send(options: Parameters<typeof request>[1] & object): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const call = request(options, (response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_RESPONSE_BYTES)
        response.destroy(new Error(`Envoy's admin interface sent more than ${MAX_RESPONSE_BYTES} bytes`));
    });
    response.on('error', reject);
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
    );
  });
  call.on('error', reject);
  call.end();
  return promise;
}

function expectOk(path: string, { status, body }: Answer): string {
  if (status !== 200)
    throw new Error(`Envoy's admin interface answered ${path} with status ${status}: ${body.trim()}`);
  return body;
}
