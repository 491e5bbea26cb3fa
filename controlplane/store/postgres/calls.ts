import { DamagedRows } from '../damaged-rows.ts';
import { adviceOnRows, damaged, newer, unavailable } from '../errors.ts';
import { LIMITS, describePostgresError, sqlState } from './connection.ts';
import { OUTDATED, SCHEMA_VERSION, UNKNOWN_SCHEMA } from './schema.ts';

/** Carries out one call of the store; `what` completes "the store failed to …". Rejects with a StoreError. */
export type Call = <T>(what: string, work: () => Promise<T>) => Promise<T>;

const ADVICE = adviceOnRows('--store URL');

/** A call that failed only after this long was given up waiting for, in milliseconds. */
const SLOW_MS = 1000;
/** For how long nobody waits after one has, in milliseconds. */
const REST_MS = 1000;

/**
 * Calls of which only so many may be under way at a time, with the catalogue's errors. `where` names the database. While the
 * server does not answer, one call in a second waits for it, and the others fail at once: those that stand in line for the
 * same mesh would otherwise wait for all before them.
 */
export function boundedCalls(where: string, isClosed: () => boolean, now: () => number = Date.now): Call {
  let calls = 0;
  let rest: { readonly until: number; readonly reason: Error } | undefined;
  return async (what, work) => {
    if (isClosed()) throw unavailable(what, 'it is closed');
    if (calls >= LIMITS.calls) throw unavailable(what, `${calls} calls wait for it already`);
    if (rest !== undefined && now() < rest.until) throw unavailable(what, rest.reason);
    calls += 1;
    const start = now();
    try {
      return await work();
    } catch (error) {
      if (error instanceof DamagedRows) throw damaged(what, error, ADVICE);
      if (sqlState(error) === OUTDATED) throw damaged(what, error as Error, ADVICE);
      if (sqlState(error) === UNKNOWN_SCHEMA) throw newer(where, versionIn(error), SCHEMA_VERSION);
      const reason = describePostgresError(error);
      if (sqlState(error) === undefined && now() - start > SLOW_MS) rest = { until: now() + REST_MS, reason };
      throw isDamage(error) ? damaged(what, reason) : unavailable(what, reason);
    } finally {
      calls -= 1;
    }
  };
}

/** A table, function or right is gone, or the server found its files damaged. */
function isDamage(error: unknown): boolean {
  return /^(?:42|XX)/.test(sqlState(error) ?? '');
}

function versionIn(error: unknown): number {
  return Number(/\d+/.exec((error as Error).message)?.[0]);
}
