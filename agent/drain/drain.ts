import { setTimeout as delay } from 'node:timers/promises';
import type { AdminClient } from '../admin/admin-client.ts';
import { createQuiet, type Look } from './quiet.ts';
import { TRAFFIC_STATS, trafficSeen, type Traffic } from './traffic.ts';

/** How a drain ended. */
export type DrainOutcome = {
  readonly how: 'nothing is under way' | 'time is up' | 'told to hurry' | 'Envoy does not answer';
  /** What was under way at the last look, where there was one. */
  readonly ingress?: Traffic;
  readonly egress?: Traffic;
};

/** What a drain asks of Envoy. */
export type DrainAdmin = Pick<AdminClient, 'stats' | 'drainListeners' | 'closeListeners'>;

const POLL_MS = 200;
/** How long nothing must have been under way: a caller that has just had an answer may be about to ask again. */
const QUIET_MS = 1000;
const ATTEMPTS = 3;
/** The last part of the time: callers are refused, and go elsewhere, while what is under way comes to its end. */
const LAST_PART = 0.25;
const LONGEST_LAST_PART_MS = 2000;

/**
 * Has Envoy tell its callers to go elsewhere, and goes on to serve whoever comes, until no request is under way and none has
 * begun for a second, no connection of another protocol is open, or `limitMs` is nearly over. Then no new connections are taken, and what
 * is under way has until `limitMs`. `hurry` ends it at once. What the application sends counts as what it is sent: it may
 * need the one to answer the other. Never fails.
 */
export async function drain(admin: DrainAdmin, limitMs: number, hurry: AbortSignal): Promise<DrainOutcome> {
  const end = performance.now() + limitMs;
  const lastPart = end - Math.min(limitMs * LAST_PART, LONGEST_LAST_PART_MS);
  if (!(await begin(admin, hurry))) return { how: hurry.aborted ? 'told to hurry' : 'Envoy does not answer' };
  const quiet = createQuiet();
  let last: Look | undefined;
  let closedAt: number | undefined;
  let isLate = false;
  while (performance.now() < end) {
    const look = await lookAt(admin, hurry);
    if (hurry.aborted) return outcome('told to hurry', last);
    const quietMs = quiet(look);
    last = look ?? last;
    const now = performance.now();
    const isQuiet = quietMs >= QUIET_MS;
    isLate ||= closedAt === undefined && !isQuiet && now >= lastPart;
    if (closedAt === undefined) {
      if ((isQuiet || isLate) && (await close(admin, hurry))) closedAt = now;
    } else if (isQuiet && now - closedAt >= POLL_MS) {
      return outcome(isLate ? 'time is up' : 'nothing is under way', last);
    }
    await delay(POLL_MS, undefined, { signal: hurry }).catch(() => undefined);
  }
  return outcome('time is up', last);
}

function outcome(how: DrainOutcome['how'], last: Look | undefined): DrainOutcome {
  return last === undefined ? { how } : { how, ingress: last.seen.ingress, egress: last.seen.egress };
}

async function begin(admin: DrainAdmin, hurry: AbortSignal): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS && !hurry.aborted; attempt += 1) {
    try {
      await admin.drainListeners(hurry);
      return true;
    } catch {
      const wait = POLL_MS * 2 ** attempt * (0.5 + Math.random() / 2);
      await delay(wait, undefined, { signal: hurry }).catch(() => undefined);
    }
  }
  return false;
}

/** Answers whether the listeners are closed; they are tried again with the next look. */
function close(admin: DrainAdmin, hurry: AbortSignal): Promise<boolean> {
  return admin.closeListeners(hurry).then(
    () => true,
    () => false,
  );
}

async function lookAt(admin: DrainAdmin, hurry: AbortSignal): Promise<Look | undefined> {
  const askedAt = performance.now();
  try {
    const stats = await admin.stats(TRAFFIC_STATS, hurry);
    return { seen: trafficSeen(stats), askedAt, answeredAt: performance.now() };
  } catch {
    return undefined;
  }
}
