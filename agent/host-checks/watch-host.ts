import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import type { AdminClient } from '../admin/admin-client.ts';
import { readListeningSockets } from '../application/listening-sockets.ts';
import { coded } from '../codes.ts';
import type { HostProblem } from '../problems/current-problems.ts';
import { findBypass } from './bypass.ts';
import { readConnections, readSocketInodes } from './connections.ts';

/** Watches for connections past Envoy, and for listeners that do not become warm. */
export type HostWatch = {
  /** Polls until `signal` aborts. Never rejects: a poll without an answer changes nothing. */
  watch(signal: AbortSignal): Promise<void>;
  problems(): readonly HostProblem[];
};

/** Inputs of the watch. */
export type HostWatchOptions = {
  readonly admin: Pick<AdminClient, 'stats'>;
  readonly pollMs: number;
  readonly isLocal: (address: string) => boolean;
  /** Whether the proxy has an application whose traffic the rules redirect. */
  readonly isRedirected: boolean;
  readonly envoyPids: () => readonly number[];
  readonly log: Log;
};

const EGRESS = String.raw`listener\..+_15001\.downstream_cx_total`;
const WARMING = ['listener_manager.total_listeners_warming', 'cluster_manager.warming_clusters'];
/**
 * Statistics that show whether Envoy has received any configuration, and its state, which is 0 once Envoy is LIVE. During a start, no
 * resource counts as warming, because all of them wait.
 */
const RECEIVED = ['cluster_manager.cds.update_success', 'listener_manager.lds.update_success'];
const SERVER_STATE = 'server.state';
const NAMED = [...WARMING, ...RECEIVED, SERVER_STATE].map(
  (name) => `^${name.replaceAll('.', String.raw`\.`)}$`,
);
const STATS = [`^${EGRESS}$`, ...NAMED].join('|');
/** Values of `server.state` (envoy.admin.v3.ServerInfo.State). */
const PRE_INITIALIZING = 2;
const INITIALIZING = 3;

/** Creates a watch, which starts with `watch`. A problem counts once two polls in a row have found its code. */
export function watchHost(options: HostWatchOptions): HostWatch {
  const { admin, pollMs, log } = options;
  let last: readonly HostProblem[] = [];
  let problems: readonly HostProblem[] = [];

  async function poll(signal: AbortSignal): Promise<void> {
    const found = await findAll(options, await admin.stats(STATS, signal));
    const confirmed = found.filter(({ code }) => last.some((each) => each.code === code));
    for (const { code, problem } of confirmed)
      if (!problems.some((each) => each.code === code)) log.warn(coded(code), problem);
    for (const { code } of problems)
      if (!confirmed.some((each) => each.code === code)) log.info({ solved: code }, 'a problem is over');
    last = found;
    problems = confirmed;
  }

  return {
    async watch(signal) {
      while (!signal.aborted) {
        await poll(signal).catch((error: unknown) => log.debug({ err: error }, 'cannot check the host'));
        await delay(pollMs, undefined, { signal }).catch(() => undefined);
      }
    },
    problems: () => problems,
  };
}

async function findAll(
  { isLocal, isRedirected, envoyPids }: HostWatchOptions,
  stats: ReadonlyMap<string, number>,
): Promise<readonly HostProblem[]> {
  const problem = coldProblem(stats);
  const cold: readonly HostProblem[] = problem === undefined ? [] : [{ code: 'LISTENERS_NOT_WARM', problem }];
  if (!isRedirected) return cold;
  // The sockets of the processes are read after the connections: a socket that is closed in between is in the table of one poll only.
  const connections = await readConnections();
  const listening = await readListeningSockets();
  const own = await readSocketInodes(['self', ...envoyPids()]);
  const bypass = findBypass({
    connections,
    own,
    uid: process.getuid?.() ?? 0,
    isLocal,
    listening: new Set(listening.map(({ port }) => port)),
    hasEgress: [...stats].some(([name, value]) => name.endsWith('_15001.downstream_cx_total') && value > 0),
  });
  return [...cold, ...bypass];
}

function coldProblem(stats: ReadonlyMap<string, number>): string | undefined {
  const sum = (names: readonly string[]) => names.reduce((total, name) => total + (stats.get(name) ?? 0), 0);
  const warming = sum(WARMING);
  if (warming > 0) return `${warming} listeners and clusters wait for something that they need`;
  const state = stats.get(SERVER_STATE);
  if ((state !== PRE_INITIALIZING && state !== INITIALIZING) || sum(RECEIVED) === 0) return undefined;
  return 'Envoy does not become LIVE: one of its first listeners or clusters waits for something that it needs';
}
