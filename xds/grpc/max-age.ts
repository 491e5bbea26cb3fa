import type { Http2Session } from 'node:http2';

/** The maximum age of a connection, in milliseconds, with a jitter of a tenth; `onReached` is called when it is reached. */
export type MaxAge<C> = { readonly ms: number; readonly onReached: (connection: C) => void };

/** Jitter as a fraction of the age, as in gRPC (proposal A9), so that connections opened together do not all close together. */
const JITTER = 0.1;

/**
 * Sends GOAWAY on a connection that reaches its maximum age; the connection closes with its last call. `onReached` decides about
 * calls that do not end.
 */
export function limitAge<C>(session: Http2Session, connection: C, { ms, onReached }: MaxAge<C>): void {
  const age = ms * (1 - JITTER + 2 * JITTER * Math.random());
  const timer = setTimeout(() => {
    session.close();
    onReached(connection);
  }, age).unref();
  session.on('close', () => clearTimeout(timer));
}
