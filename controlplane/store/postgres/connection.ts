import { errorText } from '../../../common/error-text.ts';
import { Pool, type ClientConfig, type QueryConfig } from 'pg';

/** How long something may take, in milliseconds, and how many connections one control plane holds beside the one that listens. */
export const LIMITS = {
  connectMs: 3000,
  /** A commit, or the changes since a little while ago. */
  shortMs: 5000,
  /** The whole store. */
  longMs: 60_000,
  /** For another control plane's commit to end. */
  lockMs: 3000,
  idleMs: 30_000,
  connections: 5,
  /** Calls that are under way or wait for a connection; more are refused. */
  calls: 1000,
} as const;

/** A query with a limit of its own, in milliseconds. */
export type LimitedQuery = QueryConfig & { readonly query_timeout: number };

/** What every connection is opened with. What the URL does not say comes from the usual variables (PGPASSWORD, PGSSLMODE, …). */
export function connectionConfig(url: string): ClientConfig {
  return {
    connectionString: url,
    application_name: 'daybreak',
    connectionTimeoutMillis: LIMITS.connectMs,
    query_timeout: LIMITS.shortMs,
    statement_timeout: LIMITS.longMs,
    lock_timeout: LIMITS.lockMs,
    idle_in_transaction_session_timeout: LIMITS.longMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

const ISOLATION = 'set session characteristics as transaction isolation level read committed';

/** A bounded pool. A connection that fails while it is idle is dropped; the next call opens another. */
export function openPool(url: string): Pool {
  const pool = new Pool({
    ...connectionConfig(url),
    max: LIMITS.connections,
    idleTimeoutMillis: LIMITS.idleMs,
    // The server's default may be stricter; then the second of two writers fails instead of waiting.
    verify: (client, done) => {
      client.query(ISOLATION, [], (error?: Error) => done(error));
    },
  });
  pool.on('error', () => undefined);
  return pool;
}

/** Whether the same call may succeed later, with the server as it is set up: it is away, starting, full, or a standby. */
export function isPassing(error: unknown): boolean {
  // A certificate's file that the URL names; a socket's file that is missing is another matter.
  if ((error as { readonly syscall?: string } | undefined)?.syscall === 'open') return false;
  const code = sqlState(error);
  return code === undefined || /^(08|53|57|58|25006)/.test(code);
}

/** The SQLSTATE, where the server itself refused; else undefined. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in (error as object)
    ? code
    : undefined;
}

/** What went wrong, in words. A name with several addresses gives one error an address, in an error without a message. */
export function describePostgresError(error: unknown): Error {
  if (error instanceof AggregateError) {
    const reasons = error.errors.map((each: unknown) => errorText(each));
    return new Error(reasons.join('; '), { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}
