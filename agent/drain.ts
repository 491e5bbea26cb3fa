import { setTimeout as delay } from 'node:timers/promises';
import type { AdminClient } from './admin-client.ts';

/** How a drain ended. */
export type DrainOutcome = 'connections gone' | 'time is up' | 'told to hurry' | 'Envoy does not answer';

const POLL_MS = 200;
/** How long there must be no connection: a caller that has just closed one may be about to open the next. */
const QUIET_MS = 1000;
const ATTEMPTS = 3;
const LISTENER_CONNECTIONS = String.raw`^listener\..*\.downstream_cx_active$`;

/**
 * Has Envoy send its connections away, and waits until they are gone or `limitMs` is over; `hurry` ends the wait at once.
 * Never fails.
 */
export async function drain(admin: AdminClient, limitMs: number, hurry: AbortSignal): Promise<DrainOutcome> {
  const deadline = performance.now() + limitMs;
  if (!(await begin(admin, hurry))) return hurry.aborted ? 'told to hurry' : 'Envoy does not answer';
  let quietSince: number | undefined;
  while (performance.now() < deadline) {
    const connections = await activeConnections(admin, hurry);
    if (hurry.aborted) return 'told to hurry';
    quietSince = connections === 0 ? (quietSince ?? performance.now()) : undefined;
    if (quietSince !== undefined && performance.now() - quietSince >= QUIET_MS) return 'connections gone';
    await delay(POLL_MS, undefined, { signal: hurry }).catch(() => undefined);
  }
  return 'time is up';
}

async function begin(admin: AdminClient, hurry: AbortSignal): Promise<boolean> {
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

/** Connections to all listeners but the admin interface, whose own is the one that asks; undefined without an answer. */
async function activeConnections(admin: AdminClient, hurry: AbortSignal): Promise<number | undefined> {
  try {
    const stats = await admin.stats(LISTENER_CONNECTIONS, hurry);
    const counts = Array.from(stats, ([name, value]) => (name.startsWith('listener.admin.') ? 0 : value));
    return counts.reduce((sum, value) => sum + value, 0);
  } catch {
    return undefined;
  }
}
