import { setTimeout as delay } from 'node:timers/promises';
import { createBackoff } from '../../xds/client/backoff.ts';
import type { AdminClient } from '../admin/admin-client.ts';
import { createQuietTimer, type Sample } from './quiet-timer.ts';
import { TRAFFIC_STATS, readTraffic, type Traffic } from './traffic.ts';

/** How a drain ended. */
export type DrainOutcome = {
  readonly how: 'no traffic left' | 'time limit reached' | 'second signal' | 'Envoy does not answer';
  /** Active traffic in the last sample, if there was one. */
  readonly ingress?: Traffic;
  readonly egress?: Traffic;
};

/** The admin calls that a drain makes. */
export type DrainAdmin = Pick<AdminClient, 'stats' | 'drainListeners' | 'closeListeners'>;

const POLL_MS = 200;
/** How long there must be no traffic, in milliseconds: a caller that has just received a response may be about to send the next request. */
const QUIET_MS = 1000;
const LONGEST_WAIT_MS = 2000;
/** The last part of the time limit, in which Envoy accepts no new connections while active requests finish. */
const LAST_PART = 0.25;
const LONGEST_LAST_PART_MS = 2000;

/**
 * Drains Envoy. First Envoy asks callers to close their connections and still serves new ones, until for a second no request is active
 * or begins and no non-HTTP connection is open, or until `limitMs` is nearly over. Then Envoy accepts no new connections, and active
 * requests have until `limitMs`. `cutShort` ends the drain at once. Outbound traffic counts too, because the application may need it to
 * answer inbound requests. An Envoy that does not answer is asked until `limitMs`. Never rejects.
 */
export async function drain(
  admin: DrainAdmin,
  limitMs: number,
  cutShort: AbortSignal,
): Promise<DrainOutcome> {
  const end = performance.now() + limitMs;
  const lastPart = end - Math.min(limitMs * LAST_PART, LONGEST_LAST_PART_MS);
  if (!(await begin(admin, end, cutShort)))
    return { how: cutShort.aborted ? 'second signal' : 'Envoy does not answer' };
  const quiet = createQuietTimer();
  let last: Sample | undefined;
  let closedAt: number | undefined;
  let isLate = false;
  while (performance.now() < end) {
    const sample = await takeSample(admin, cutShort);
    if (cutShort.aborted) return outcome('second signal', last);
    const quietMs = quiet(sample);
    last = sample ?? last;
    const now = performance.now();
    const isQuiet = quietMs >= QUIET_MS;
    isLate ||= closedAt === undefined && !isQuiet && now >= lastPart;
    if (closedAt === undefined) {
      if ((isQuiet || isLate) && (await close(admin, cutShort))) closedAt = now;
    } else if (isQuiet && now - closedAt >= POLL_MS) {
      return outcome(isLate ? 'time limit reached' : 'no traffic left', last);
    }
    await delay(POLL_MS, undefined, { signal: cutShort }).catch(() => undefined);
  }
  return outcome('time limit reached', last);
}

function outcome(how: DrainOutcome['how'], last: Sample | undefined): DrainOutcome {
  return last === undefined ? { how } : { how, ingress: last.traffic.ingress, egress: last.traffic.egress };
}

/** Asks until Envoy answers: while its main thread is busy, its workers serve requests. Resolves with whether the drain has begun before `end`. */
async function begin(admin: DrainAdmin, end: number, cutShort: AbortSignal): Promise<boolean> {
  const backoff = createBackoff(POLL_MS, LONGEST_WAIT_MS);
  do {
    try {
      await admin.drainListeners(cutShort);
      return true;
    } catch {
      const wait = Math.min(backoff.next(), Math.max(0, end - performance.now()));
      await delay(wait, undefined, { signal: cutShort }).catch(() => undefined);
    }
  } while (performance.now() < end && !cutShort.aborted);
  return false;
}

/** Resolves with whether the listeners are closed. After a failure, `drain` tries again with the next sample. */
function close(admin: DrainAdmin, cutShort: AbortSignal): Promise<boolean> {
  return admin.closeListeners(cutShort).then(
    () => true,
    () => false,
  );
}

async function takeSample(admin: DrainAdmin, cutShort: AbortSignal): Promise<Sample | undefined> {
  const askedAt = performance.now();
  try {
    const stats = await admin.stats(TRAFFIC_STATS, cutShort);
    return { traffic: readTraffic(stats), askedAt, answeredAt: performance.now() };
  } catch {
    return undefined;
  }
}
