import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import { coded } from '../codes.ts';
import type { AdminClient } from '../admin/admin-client.ts';
import { COUNTERS, countsOf, updateRecord, EMPTY_RECORD, type FailureRecord } from './connection-failures.ts';
import type { ListeningSocket } from './listening-sockets.ts';
import { endpointProblem, type AppEndpoint } from './endpoint-problem.ts';

/** A listener of the virtual node whose application accepts no connections. */
export type ApplicationProblem = {
  /** The listener's port. */
  readonly port: number;
  readonly problem: string;
  /** Connections of Envoy that failed since the last successful one. */
  readonly failed: number;
  /** RFC 3339. */
  readonly since: string;
};

/** Watches whether Envoy can reach the application. */
export type ApplicationWatch = {
  /** Polls the running Envoy until `signal` aborts. Never rejects: a poll without an answer changes nothing. */
  watch(signal: AbortSignal): Promise<void>;
  /** Current problems, in order of ports. */
  problems(): readonly ApplicationProblem[];
};

/** Inputs of the watch. */
export type ApplicationWatchOptions = {
  readonly admin: Pick<AdminClient, 'stats' | 'endpoints'>;
  readonly pollMs: number;
  /** Whether an address belongs to this host. */
  readonly isLocal: (address: string) => boolean;
  readonly readSockets: () => Promise<readonly ListeningSocket[]>;
  readonly log: Log;
};

type Found = Pick<ApplicationProblem, 'port' | 'problem' | 'failed'>;
/** `since`: when it began, by `performance.now()`. `isLogged`: whether the problem was logged. */
type Problem = { readonly problem: ApplicationProblem; readonly since: number; readonly isLogged: boolean };

const APPLICATIONS = 'cds_ingress_.+';
/** Grace period in milliseconds: an application may start after its proxy. A failed connection is logged at once. */
const START_MS = 60_000;

/** Creates a watch, which starts with `watch`. */
export function watchApplication(options: ApplicationWatchOptions): ApplicationWatch {
  const { admin, pollMs, isLocal, readSockets, log } = options;
  let records: ReadonlyMap<string, FailureRecord> = new Map();
  let endpoints: readonly AppEndpoint[] = [];
  let problems: ReadonlyMap<number, Problem> = new Map();

  async function poll(signal: AbortSignal): Promise<void> {
    const counts = countsOf(await admin.stats(COUNTERS, signal));
    records = new Map(
      [...counts].map(([cluster, each]) => [
        cluster,
        updateRecord(records.get(cluster) ?? EMPTY_RECORD, each),
      ]),
    );
    const sockets = await readSockets();
    const isUnknown = [...records.keys()].some((name) => !endpoints.some(({ cluster }) => cluster === name));
    // A new configuration may have changed the endpoints and so solved the problem.
    if (isUnknown || find(sockets).length > 0) endpoints = await admin.endpoints(APPLICATIONS, signal);
    problems = logChanges(find(sockets));
  }

  function find(sockets: readonly ListeningSocket[]): readonly Found[] {
    return endpoints.flatMap((endpoint) => {
      const failures = records.get(endpoint.cluster)?.failures;
      if (failures === undefined) return [];
      const problem = endpointProblem(endpoint, failures, isLocal(endpoint.address) ? sockets : undefined);
      return problem === undefined ? [] : [{ port: endpoint.port, problem, failed: failures.inRow }];
    });
  }

  /** Logs new and solved problems. Returns all current ones. */
  function logChanges(found: readonly Found[]): ReadonlyMap<number, Problem> {
    const now = performance.now();
    for (const [port, { isLogged }] of problems) {
      if (isLogged && !found.some((each) => each.port === port))
        log.info({ port }, 'the application can be reached again');
    }
    return new Map(
      found.map(({ port, problem, failed }) => {
        const last = problems.get(port);
        const since = last?.problem.since ?? new Date().toISOString();
        const began = last?.since ?? now;
        const wasLogged = last?.isLogged === true && last.problem.problem === problem;
        const isLogged = wasLogged || failed > 0 || now - began >= START_MS;
        if (isLogged && !wasLogged)
          log.warn(
            coded('APP_UNREACHABLE', { port, failed, since }),
            `the application cannot be reached: ${problem}`,
          );
        return [port, { problem: { port, problem, failed, since }, since: began, isLogged }];
      }),
    );
  }

  return {
    async watch(signal) {
      records = new Map();
      while (!signal.aborted) {
        await poll(signal).catch((error: unknown) =>
          log.debug({ err: error }, 'cannot check the application'),
        );
        await delay(pollMs, undefined, { signal }).catch(() => undefined);
      }
    },
    problems: () =>
      Array.from(problems.values(), ({ problem }) => problem).toSorted((a, b) => a.port - b.port),
  };
}
