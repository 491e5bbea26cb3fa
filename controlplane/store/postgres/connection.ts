import type { Duplex } from 'node:stream';
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
  /** Ending the session with the server. */
  closeMs: 500,
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

/** A pool, whose `close` ends it and destroys the connections of a server that does not respond. */
export type ClosablePool = Pool & { readonly close: () => Promise<void> };

/** Opens a bounded pool. The pool drops a connection that fails while idle; the next call opens another. */
export function openPool(url: string): ClosablePool {
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
  const open = new Set<Duplex>();
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    const { stream } = client.connection;
    open.add(stream);
    stream.once('close', () => open.delete(stream));
  });
  const close = async (): Promise<void> => {
    // A socket whose server does not end the session keeps the process alive until TCP gives up.
    const timer = setTimeout(() => {
      for (const stream of open) stream.destroy();
    }, LIMITS.closeMs);
    await pool.end();
    await Promise.all(Array.from(open, (stream) => new Promise((resolve) => stream.once('close', resolve))));
    clearTimeout(timer);
  };
  return Object.assign(pool, { close });
}

/** Whether a retry may succeed without a change of configuration: the server is down, starting, full, or a standby. */
export function isPassing(error: unknown): boolean {
  // The path of a certificate file in the URL. A missing socket file, in contrast, means that the server is down.
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
