import { errorText } from '../../../common/error-text.ts';
import { Pool, type ClientConfig, type QueryConfig } from 'pg';

/** Time limits in milliseconds, and the most connections per control plane, without the one that listens. */
export const LIMITS = {
  connectMs: 3000,
  /** A commit, or a read of recent changes. */
  shortMs: 5000,
  /** A read or write of the whole store. */
  longMs: 60_000,
  /** Waiting for another control plane's commit to end. */
  lockMs: 3000,
  idleMs: 30_000,
  connections: 5,
  /** Calls in progress or waiting for a connection; more are refused. */
  calls: 1000,
} as const;

/** A query with its own time limit, in milliseconds. */
export type LimitedQuery = QueryConfig & { readonly query_timeout: number };

/** Returns the options of every connection. The usual variables (PGPASSWORD, PGSSLMODE, …) supply what the URL leaves out. */
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

/** Opens a bounded pool. The pool drops a connection that fails while idle; the next call opens another. */
export function openPool(url: string): Pool {
  const pool = new Pool({
    ...connectionConfig(url),
    max: LIMITS.connections,
    idleTimeoutMillis: LIMITS.idleMs,
    // A stricter server default would make the second of two writers fail instead of wait.
    verify: (client, done) => {
      client.query(ISOLATION, [], (error?: Error) => done(error));
    },
  });
  pool.on('error', () => undefined);
  // The pool listens only while a connection is idle. An error between two queries of one transaction would end the process;
  // the next query reports the loss.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return pool;
}

/** Whether a retry may succeed without a change of configuration: the server is down, starting, full, or a standby. */
export function isPassing(error: unknown): boolean {
  // A certificate file that the URL names. A missing socket file is a server that is down.
  if ((error as { readonly syscall?: string } | undefined)?.syscall === 'open') return false;
  const code = sqlState(error);
  return code === undefined || /^(08|53|57|58|25006)/.test(code);
}

/** Returns the SQLSTATE if the server itself reported the error; otherwise undefined. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in (error as object)
    ? code
    : undefined;
}

/** Returns an error with a message. For a name with several addresses, the driver nests one error per address in an empty one. */
export function describePostgresError(error: unknown): Error {
  if (error instanceof AggregateError) {
    const reasons = error.errors.map((each: unknown) => errorText(each));
    return new Error(reasons.join('; '), { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}
