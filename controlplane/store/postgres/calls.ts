import { DamagedRows } from '../damaged-rows.ts';
import { adviceOnRows, damaged, newer, unavailable } from '../errors.ts';
import { LIMITS, describePostgresError, isPassing, sqlState } from './connection.ts';
import { OUTDATED, SCHEMA_VERSION, UNKNOWN_SCHEMA } from './schema.ts';

/** Runs one store call; `what` completes "the store failed to …". Rejects with a StoreError. */
export type Call = <T>(what: string, work: () => Promise<T>) => Promise<T>;

const ADVICE = adviceOnRows('--store URL');

/** A call that fails without a server response after this time counts as timed out, in milliseconds. */
const SLOW_MS = 1000;
/** How long calls fail at once after a time-out, in milliseconds. */
const COOLDOWN_MS = 1000;

/**
 * Bounds the number of calls in progress, and maps failures to the error catalogue. `where` names the database in errors.
 * While the server does not respond, one call per second waits for it and the others fail at once; otherwise calls that are
 * queued for the same mesh would each wait for all calls before them. `now`: milliseconds of a clock that nothing sets.
 */
export function boundedCalls(where: string, isClosed: () => boolean, now = () => performance.now()): Call {
  let calls = 0;
  let cooldown: { readonly until: number; readonly reason: Error } | undefined;
  return async (what, work) => {
    if (isClosed()) throw unavailable(what, 'it is closed');
    if (calls >= LIMITS.calls) throw unavailable(what, `${calls} calls are in progress already`);
    if (cooldown !== undefined && now() < cooldown.until) throw unavailable(what, cooldown.reason, true);
    calls += 1;
    const start = now();
    try {
      return await work();
    } catch (error) {
      if (error instanceof DamagedRows) throw damaged(what, error, ADVICE);
      if (sqlState(error) === OUTDATED) throw damaged(what, error as Error, ADVICE);
      if (sqlState(error) === UNKNOWN_SCHEMA) throw newer(where, versionIn(error), SCHEMA_VERSION);
      const reason = describePostgresError(error);
      if (sqlState(error) === undefined && now() - start > SLOW_MS)
        cooldown = { until: now() + COOLDOWN_MS, reason };
      throw isDamage(error) ? damaged(what, reason) : unavailable(what, reason, isPassing(error));
    } finally {
      calls -= 1;
    }
  };
}

/** Whether a table, function or privilege is missing, or the server found its files damaged. */
function isDamage(error: unknown): boolean {
  return /^(?:42|XX)/.test(sqlState(error) ?? '');
}

function versionIn(error: unknown): number {
  return Number(/\d+/.exec((error as Error).message)?.[0]);
}
