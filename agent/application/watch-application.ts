import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import type { AdminClient } from '../admin/admin-client.ts';
import { COUNTERS, countsOf, nextSeen, UNSEEN, type Seen } from './connection-failures.ts';
import type { ListeningSocket } from './listening-sockets.ts';
import { troubleOf, type AppEndpoint } from './trouble.ts';

/** A listener of the virtual node whose application takes no connections. */
export type ApplicationProblem = {
  /** The listener's. */
  readonly port: number;
  readonly problem: string;
  /** How many connections of Envoy were in vain since the last that worked. */
  readonly failed: number;
  /** RFC 3339. */
  readonly since: string;
};

/** Looks whether the application can be reached where Envoy looks for it. */
export type ApplicationWatch = {
  /** Looks again and again at the Envoy that runs, until `signal`. Never fails: an Envoy that does not answer tells nothing. */
  watch(signal: AbortSignal): Promise<void>;
  /** What is wrong, by port. */
  problems(): readonly ApplicationProblem[];
};

/** What the watch works with. */
export type ApplicationWatchOptions = {
  readonly admin: Pick<AdminClient, 'stats' | 'endpoints'>;
  readonly pollMs: number;
  /** Whether an address is one of this host. */
  readonly isLocal: (address: string) => boolean;
  readonly readSockets: () => Promise<readonly ListeningSocket[]>;
  readonly log: Log;
};

type Found = Pick<ApplicationProblem, 'port' | 'problem' | 'failed'>;
/** `isSaid`: whether the log has it. */
type Problem = { readonly problem: ApplicationProblem; readonly isSaid: boolean };

const APPLICATIONS = 'cds_ingress_.+';
/** An application may start after its proxy: until it has cost a connection, the log says nothing for so long. */
const START_MS = 60_000;

/** A watch that has not looked yet. */
export function watchApplication(options: ApplicationWatchOptions): ApplicationWatch {
  const { admin, pollMs, isLocal, readSockets, log } = options;
  let seen: ReadonlyMap<string, Seen> = new Map();
  let endpoints: readonly AppEndpoint[] = [];
  let problems: ReadonlyMap<number, Problem> = new Map();

  async function look(signal: AbortSignal): Promise<void> {
    const counts = countsOf(await admin.stats(COUNTERS, signal));
    seen = new Map(
      [...counts].map(([cluster, each]) => [cluster, nextSeen(seen.get(cluster) ?? UNSEEN, each)]),
    );
    const sockets = await readSockets();
    const isUnknown = [...seen.keys()].some((name) => !endpoints.some(({ cluster }) => cluster === name));
    // What seems to be wrong may have been put right by a new configuration.
    if (isUnknown || find(sockets).length > 0) endpoints = await admin.endpoints(APPLICATIONS, signal);
    problems = said(find(sockets));
  }

  function find(sockets: readonly ListeningSocket[]): readonly Found[] {
    return endpoints.flatMap((endpoint) => {
      const failures = seen.get(endpoint.cluster)?.failures;
      if (failures === undefined) return [];
      const problem = troubleOf(endpoint, failures, isLocal(endpoint.address) ? sockets : undefined);
      return problem === undefined ? [] : [{ port: endpoint.port, problem, failed: failures.inRow }];
    });
  }

  /** Writes to the log what is new. */
  function said(found: readonly Found[]): ReadonlyMap<number, Problem> {
    const now = Date.now();
    for (const [port, { isSaid }] of problems) {
      if (isSaid && !found.some((each) => each.port === port))
        log.info({ port }, 'the application can be reached again');
    }
    return new Map(
      found.map(({ port, problem, failed }) => {
        const last = problems.get(port);
        const since = last?.problem.since ?? new Date(now).toISOString();
        const wasSaid = last?.isSaid === true && last.problem.problem === problem;
        const isSaid = wasSaid || failed > 0 || now - Date.parse(since) >= START_MS;
        if (isSaid && !wasSaid)
          log.warn({ port, failed, since }, `the application cannot be reached: ${problem}`);
        return [port, { problem: { port, problem, failed, since }, isSaid }];
      }),
    );
  }

  return {
    async watch(signal) {
      seen = new Map();
      while (!signal.aborted) {
        await look(signal).catch((error: unknown) =>
          log.debug({ err: error }, 'cannot look at the application'),
        );
        await delay(pollMs, undefined, { signal }).catch(() => undefined);
      }
    },
    problems: () =>
      Array.from(problems.values(), ({ problem }) => problem).toSorted((a, b) => a.port - b.port),
  };
}
